"""Make what the three stages learn from: a bank of media files, and conversations that hold them.

    python -m anygen_pipelines.mini.make_stage_data --out runs/data --recordings ../shared/data/esc10

Writes `bank/` and stage1.jsonl (what a medium shows, and short questions about it), stage2.jsonl (a caption, and the
medium with that caption), stage3.jsonl (all the talk), and of each a `-validation` file, whose media are its own and whose
recordings come from sources that the others never use. Deterministic from the seed; called again, it makes only the files
that are missing. Held-out pairs occur in none of it.
"""

from __future__ import annotations

import argparse
import itertools
import json
import logging
import os
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from anygen.core.atomic import write_files
from anygen_pipelines.mini import sounds, world
from anygen_pipelines.mini.encoder_config import encoder_config
from anygen_pipelines.mini.encoder_data import Bank, clip_bank, picture_bank
from anygen_pipelines.mini.media_bank import BankSizes, MediaBank, Seen
from anygen_pipelines.mini.pretraining import set_up_script
from anygen_pipelines.mini.talk import KINDS, captions, conversations
from anygen_pipelines.mini.world import Clip, Scene

logger = logging.getLogger(__name__)

QUESTIONS = "question"
# Requests for one medium or several, in people's words.
REQUESTS = ("text->image", "text->audio", "text->video", "text->several")
# (medium, whether all of it is asked) -> share of stage 1.
STAGE1_SHARES = {
    ("image", True): 0.26,
    ("image", False): 0.22,
    ("video", True): 0.18,
    ("video", False): 0.14,
    ("audio", True): 0.07,
    ("audio", False): 0.13,
}
VALIDATION_SEED = 1_000_003


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("runs/data"))
    parser.add_argument(
        "--recordings", type=Path, help="the ESC-10 folder; without it, synthesised stand-ins"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--stage1", type=int, default=24_000, help="examples of stage 1")
    parser.add_argument("--stage2", type=int, default=12_000, help="examples of stage 2")
    parser.add_argument("--stage3", type=int, default=60_000, help="conversations of stage 3")
    parser.add_argument("--stage3b", type=int, default=150_000, help="conversations of its second part")
    parser.add_argument("--validation", type=int, default=400, help="examples of each validation file")
    parser.add_argument("--encoder", type=Path, help="the encoder's work folder: its banks are used again")
    parser.add_argument("--bank-only", action="store_true", help="make the media files and stop")
    arguments = parser.parse_args()
    set_up_script()
    make(
        arguments.out,
        arguments.recordings,
        arguments.seed,
        Counts(*(getattr(arguments, name) for name in Counts._fields)),
        arguments.bank_only,
        encoder_banks=load_encoder_banks(arguments.encoder) if arguments.encoder else (),
    )


class Counts(NamedTuple):
    """How many examples each file has; `validation` is the size of each validation file."""

    stage1: int
    stage2: int
    stage3: int
    stage3b: int
    validation: int


def make(
    out: Path,
    recordings_dir: Path | None,
    seed: int,
    counts: Counts,
    bank_only: bool = False,
    sizes: BankSizes | None = None,
    encoder_banks: Sequence[Bank] = (),
) -> None:
    """Write the bank and the JSONL files into `out`; without any of stage 3b, none of that stage nor apart.jsonl."""
    recordings = []
    if recordings_dir is None:
        logger.info("no recordings given: ten of the sixteen sounds are synthesised stand-ins")
    else:
        recordings = sounds.load_recordings(recordings_dir, folds=(1, 2, 3))
    learned = [each for each in recordings if not sounds.is_validation(each)]
    kept_back = [each for each in recordings if sounds.is_validation(each)]
    bank = MediaBank(out / "bank", seed, learned, sizes or BankSizes(), encoder_banks)
    logger.info("%d files in the bank", bank.fill())
    if bank_only:
        return
    fresh = BankSizes(1, 1, 1, 1, 1, 1, 20, 5)
    validation_bank = MediaBank(out / "bank-validation", seed + VALIDATION_SEED, kept_back, fresh)
    for number, talk in enumerate((stage1, stage2, stage3), start=1):
        for name, each, size, own_seed in (
            (f"stage{number}", bank, counts[number - 1], seed),
            (f"stage{number}-validation", validation_bank, counts.validation, seed + VALIDATION_SEED),
        ):
            write_jsonl(out / f"{name}.jsonl", with_files(talk(own_seed, size), each, out))
            logger.info("%s: %d examples", name, size)
    more = counts.stage3b
    if more:
        write_jsonl(out / "stage3b.jsonl", with_files(stage3b(seed, more), bank, out))
        logger.info("stage3b: %d examples", more)
        write_jsonl(out / "apart.jsonl", with_files(apart(seed, more // 4), bank, out))
        logger.info("apart: %d examples", more // 4)


def load_encoder_banks(work: Path) -> list[Bank]:
    """The banks that the encoder's pretraining left in `work`, made with its default sizes.

    Raises FileNotFoundError where there are none: making them here would take longer than doing without."""
    folder = work / "banks"
    if len(list(folder.glob("pictures-*.npy"))) != 1 or len(list(folder.glob("clips-*.npy"))) != 1:
        raise FileNotFoundError(
            f"{folder}: holds no pictures-*.npy and clips-*.npy as pretrain_encoder leaves them"
        )
    config = encoder_config(vocab_size=1, end_id=0)
    return [picture_bank(config, 4, 4000, 0, folder), clip_bank(config, 2, 1500, 0, folder)]


def stage1(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """Questions about one medium; in half of them everything about it is asked."""
    wanted = {key: round(share * count) for key, share in STAGE1_SHARES.items()}
    wanted["image", True] += count - sum(wanted.values())
    only_questions = {kind: float(kind == QUESTIONS) for kind in KINDS}
    for conversation in conversations(seed, "train", weights=only_questions):
        whole = conversation["expect"][0]["answer"]["about"] == "describe"
        key = (conversation["kind"].removeprefix(f"{QUESTIONS} "), whole)
        if wanted[key]:
            wanted[key] -= 1
            yield conversation
        elif not any(wanted.values()):
            return


def stage2(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """Captions to be made, half of them as they stand, half asked for in people's words."""
    only_requests = {kind: KINDS[kind][1] * (kind in REQUESTS) for kind in KINDS}
    asked = conversations(seed + 1, "train", weights=only_requests)
    plain = captions(seed)
    rng = random.Random(f"stage 2 {seed}")
    for index in range(count):
        if index % 2:
            yield next(asked)
            continue
        # Sounds are few among the captions and as many as the others among the wishes.
        caption = world.sound_caption(rng.choice(world.SOUNDING)) if rng.random() < 0.2 else next(plain)
        made = {"type": medium_of_caption(caption), "caption": caption}
        answer = [{"type": "text", "text": f"Here you are: {caption}."}, made]
        messages = [
            {"role": "user", "content": [{"type": "text", "text": caption}]},
            {"role": "assistant", "content": answer},
        ]
        yield {"id": f"caption-{seed}-{index}", "kind": "caption", "messages": messages}


def stage3(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """All the talk."""
    return conversations(seed + 2, "train", count)


def stage3b(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """Talk that stage 3 has not seen, with more of what is hard."""
    weights = {"text->several": 16.0, "text->video": 13.0, "question": 26.0, "turns": 20.0, "outside": 12.0}
    return conversations(seed + 103, "train", count, weights=weights)


def apart(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """Talk about things apart from colours and about colours apart from things."""
    weights = dict.fromkeys(KINDS, 0.0) | {"question": 6.0, "quiz": 2.0, "crossing": 2.0}
    talk = conversations(seed + 211, "train", weights=weights)
    return itertools.islice(
        (each for each in talk if is_colour_free(each) or is_only_about_colour(each)), count
    )


def medium_of_caption(caption: str) -> str:
    """The type of medium a caption of the world is about."""
    if caption.startswith("the sound of "):
        return "audio"
    return (
        "video" if any(f" {motion} " in f"{caption} " for motion in world.MOTION_WORDS.values()) else "image"
    )


def with_files(talk: Iterable[dict[str, Any]], bank: MediaBank, out: Path) -> Iterator[dict[str, Any]]:
    """Conversations with their media as paths to files of the bank, in the JSONL schema.

    Raises ValueError if one holds a held-out pair."""
    for conversation in talk:
        rng = random.Random(f"{bank.seed} {conversation['id']}")
        any_colour, only_colour = is_colour_free(conversation), is_only_about_colour(conversation)
        messages = []
        for index, message in enumerate(conversation["messages"]):
            is_last = index == len(conversation["messages"]) - 1
            content = []
            for part in message["content"]:
                if part["type"] == "text":
                    content.append(part)
                    continue
                spoken = {key: part[key] for key in ("type", "caption") if key in part}
                if "spec" in part and not (is_last and message["role"] == "assistant"):
                    seen = seen_of(part)
                    choice = rng.getrandbits(20)
                    if only_colour and isinstance(seen, Scene) and choice % 4:
                        path = bank.shapes(seen.colour, choice // 4)
                    elif message["role"] == "user":
                        path = bank.shown(seen, choice, any_colour)
                    else:
                        path = bank.drawn(seen, choice)
                    spoken["path"] = Path(os.path.relpath(path, out)).as_posix()
                elif "spec" in part:
                    seen_of(part)
                content.append(spoken)
            # Somebody may send nothing at all.
            messages.append({"role": message["role"], "content": content or [{"type": "text", "text": ""}]})
        yield {"id": conversation["id"], "messages": messages, "meta": {"kind": conversation["kind"]}}


def seen_of(part: dict[str, Any]) -> Seen:
    """What a part's spec describes. Raises ValueError for a held-out pair."""
    spec = part["spec"]
    if part["type"] == "audio":
        return str(spec["thing"])
    seen = Scene(**spec) if part["type"] == "image" else Clip(**spec)
    if world.is_held_out(seen):
        raise ValueError(f"{seen} is a held-out pair; it may stand in no training data")
    return seen


def is_colour_free(conversation: dict[str, Any]) -> bool:
    """Whether what a user shows may stand on any background: nobody names a colour, and nothing is made that would keep it.

    Such pictures teach what a thing is apart from the colours it may have."""
    shown, texts = 0, []
    for message in conversation["messages"]:
        for part in message["content"]:
            if part["type"] == "text":
                texts.append(part["text"].lower())
            elif message["role"] == "user":
                shown += part["type"] != "audio"
            elif part["type"] != "audio":
                return False
    return shown > 0 and not any(colour in text for colour in world.COLOURS for text in texts)


def is_only_about_colour(conversation: dict[str, Any]) -> bool:
    """Whether one picture is shown and its colour alone is asked for: then any shape may stand on it.

    Such pictures teach what a colour is apart from the things that may have it."""
    if len(conversation["messages"]) != 2 or not conversation["kind"].startswith(QUESTIONS):
        return False
    answer = conversation["expect"][0]["answer"]
    return answer is not None and answer["about"] in ("colour", "yes/no colour")


def write_jsonl(path: Path, records: Iterable[dict[str, Any]]) -> None:
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    write_files([(path, lines.encode("utf-8"))])


if __name__ == "__main__":
    main()
