"""Make mini from nothing: the world, the frozen parts, the three stages, the shipped preset. One command, resumable.

    python -m anygen_pipelines.mini.train --recordings ESC10_FOLDER          (make train-mini RECORDINGS=ESC10_FOLDER)

Prints the plan first; what is finished is skipped, what was interrupted goes on from its last checkpoint. Seconds are
CPU-seconds of one thread, measured on a 2-core server; steps without one are short.
"""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

from anygen.loading.presets import PRESETS_DIR

logger = logging.getLogger(__name__)

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Step:
    """One job: a module with its arguments, the file that says it is done, and about how long it takes."""

    name: str
    module: str
    arguments: tuple[str, ...]
    done: str
    cpu_seconds: int


def plan(runs: Path, recordings: Path | None, out: Path) -> list[Step]:
    """The steps in order; each needs only those before it."""
    tokenizer = str(HERE / "tokenizer")
    heard = () if recordings is None else ("--recordings", str(recordings))
    clip, clap = runs / "text_encoders/clip/final", runs / "text_encoders/clap/final"

    def step(name: str, module: str, done: str, seconds: int, *arguments: object) -> Step:
        return Step(name, f"anygen_pipelines.{module}", tuple(map(str, arguments)), str(runs / done), seconds)

    def stage(number: str, module: str, seconds: int) -> Step:
        config = HERE / "stages" / f"stage{number}.yaml"
        moved = () if runs == Path("runs") else _moved(config, runs)
        done = f"stage{number}/result.json"
        return step(f"stage {number}", module, done, seconds, "--config", config, *moved)

    return [
        step("text encoders", "mini.pretrain_text_encoders", "text_encoders/clap/final/config.json", 70,
             "--tokenizer", tokenizer, "--work", runs / "text_encoders"),
        step("picture autoencoder", "mini.pretrain_image_vae", "image_vae/final/config.json", 450,
             "--work", runs / "image_vae"),
        step("picture diffusion", "mini.pretrain_image_unet", "image_unet/final/model_index.json", 900,
             "--tokenizer", tokenizer, "--text-encoder", clip, "--vae", runs / "image_vae/final",
             "--work", runs / "image_unet"),
        step("encoder", "mini.pretrain_encoder", "encoder/final/config.json", 1500,
             "--work", runs / "encoder", "--out", runs / "encoder/final", *heard),
        step("encoder, refined", "mini.pretrain_encoder", "encoder_refined/final/config.json", 650,
             "--start", runs / "encoder", "--work", runs / "encoder_refined", "--out", runs / "encoder_refined/final",
             "--steps", 700, "--rate", 8e-4, "--read", 1, "--unspoken-share", 0.6, "--seed", 7, *heard),
        step("language model", "mini.pretrain_llm", "llm/final/config.json", 1300,
             "--tokenizer", tokenizer, "--work", runs / "llm"),
        # Yes and no take a comparison, which is found only where little else is asked (docs/decisions/0007).
        step("language model, quiz", "mini.pretrain_llm", "llm_quiz/final/config.json", 300,
             "--tokenizer", tokenizer, "--start", runs / "llm/final", "--work", runs / "llm_quiz", "--steps", 600,
             "--conversations", 30_000, "--seed", 5, "--rate", 1e-3, "--mix", "quiz=300", "--noise", 0.2),
        step("language model, talk", "mini.pretrain_llm", "llm_talk/final/config.json", 2200,
             "--tokenizer", tokenizer, "--start", runs / "llm_quiz/final", "--work", runs / "llm_talk", "--steps", 5000,
             "--conversations", 160_000, "--seed", 21, "--rate", 1.2e-3, "--mix", "quiz=24", "question=20",
             "--noise", 0.6),
        step("sound autoencoder", "mini.pretrain_audio_vae", "audio_vae/final/config.json", 600,
             "--work", runs / "audio_vae", *heard),
        step("sound diffusion", "mini.pretrain_audio_unet", "audio_unet/final/model_index.json", 1300,
             "--tokenizer", tokenizer, "--text-encoder", clap, "--vae", runs / "audio_vae/final",
             "--work", runs / "audio_unet", *heard),
        step("clip diffusion", "mini.pretrain_video_unet", "video_unet/final/model_index.json", 2300,
             "--image-pipeline", runs / "image_unet/final", "--work", runs / "video_unet"),
        step("clip diffusion, refined", "mini.pretrain_video_unet", "video_unet_refined/final/model_index.json", 2700,
             "--image-pipeline", runs / "image_unet/final", "--start", runs / "video_unet/final",
             "--work", runs / "video_unet_refined", "--steps", 1700, "--seed", 3, "--spins", 2),
        step("stage data", "mini.make_stage_data", "data/apart.jsonl", 300, "--out", runs / "data", *heard),
        step("untrained joints", "mini.assemble", "base/manifest.json", 5, "--runs", runs, "--out", runs / "base"),
        stage("1", "stage1_align_inputs", 235),
        stage("2", "stage2_align_outputs", 250),
        stage("3", "stage3_tune_instructions", 550),
        stage("3b", "stage3_tune_instructions", 700),
        stage("3c", "stage3_tune_instructions", 590),
        stage("3d", "stage3_tune_instructions", 300),
        Step("the preset", "anygen_pipelines.mini.assemble",
             ("--model", str(runs / "stage3d/model"), "--ship", str(out)), str(runs / "shipped"), 5),
    ]  # fmt: skip


def _moved(config: Path, runs: Path) -> tuple[str, ...]:
    """A stage's settings with every path that begins with runs/ below another folder."""
    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    moved = {}
    for name, value in settings.items():
        text = json.dumps(value)
        if '"runs/' in text:
            moved[name] = text.replace('"runs/', f'"{runs.as_posix()}/')
    return tuple(word for name, value in moved.items() for word in ("--set", f"{name}={value}"))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--recordings", type=Path, help="the ESC-10 recordings, one folder a class; else stand-ins"
    )
    parser.add_argument(
        "--runs", type=Path, default=Path("runs"), help="where logs, checkpoints and parts go"
    )
    parser.add_argument(
        "--out", type=Path, default=PRESETS_DIR / "mini", help="where the finished preset goes"
    )
    parser.add_argument("--plan", action="store_true", help="print the plan and stop")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    if arguments.recordings is None:
        logger.warning("no --recordings: the ten recorded kinds of sound will be synthesised stand-ins")
    elif not arguments.recordings.is_dir():
        raise SystemExit(
            f"{arguments.recordings}: no such folder; the ESC-10 recordings lie in one folder a class"
        )
    steps = plan(arguments.runs, arguments.recordings, arguments.out)
    left = [step for step in steps if not Path(step.done).exists()]
    print(f"{'step':<22}{'about':>8}")
    for step in steps:
        print(f"{step.name:<22}{f'{step.cpu_seconds} s' if step in left else 'done':>8}")
    total = sum(step.cpu_seconds for step in left)
    print(f"{'left':<22}{f'{total} s':>8}   CPU-seconds of one thread", flush=True)
    if arguments.plan:
        return
    for step in left:
        began = time.monotonic()
        logger.info("%s: starts", step.name)
        try:
            subprocess.run([sys.executable, "-m", step.module, *step.arguments], check=True)
        except subprocess.CalledProcessError as error:
            raise SystemExit(f"{step.name} failed; the same command goes on from there ({error})") from error
        except KeyboardInterrupt:
            raise SystemExit("stopped; the same command goes on from the last checkpoint") from None
        if step.name == "the preset":
            Path(step.done).touch()
        logger.info("%s: done in %.0f s", step.name, time.monotonic() - began)


if __name__ == "__main__":
    main()
