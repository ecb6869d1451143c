"""A conversation with mini on the files in examples/: prints it and writes what came back. What `make demo` runs.

python -m anygen_pipelines.demo --out out/demo
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from anygen import AnyGen, Message, open_media

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"

# Each conversation is a list of turns; a turn is texts and files of examples/.
CONVERSATIONS: tuple[tuple[tuple[str | Path, ...], ...], ...] = (
    (
        (Path("frog.wav"), "Draw what you hear, small, on white."),
        ("Make it bigger.",),
        ("Now let it move to the left.",),
    ),
    ((Path("helicopter.jpg"), "What is in this picture?"), ("What would it sound like?",)),
    ((Path("car.mp4"), "Which way does it move?"),),
    (("Draw a big fire on blue, and let me hear it crackle.",),),
)


def main(words: list[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("out/demo"))
    parser.add_argument("--examples", type=Path, default=EXAMPLES)
    parser.add_argument("--model", default="mini")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args(words)
    began = time.perf_counter()
    model = AnyGen.from_pretrained(arguments.model)
    print(f"{arguments.model} loaded in {time.perf_counter() - began:.1f} s\n")
    for number, turns in enumerate(CONVERSATIONS, 1):
        history: list[Message] = []
        for turn, parts in enumerate(turns, 1):
            said: tuple[Any, ...] = tuple(
                open_media(arguments.examples / part) if isinstance(part, Path) else part for part in parts
            )
            shown = " ".join(f"<examples/{part}>" if isinstance(part, Path) else part for part in parts)
            history.append(Message("user", said))
            reply = model.generate(history, seed=arguments.seed)
            history.append(reply.message())
            files = reply.save(arguments.out, stem=f"{number}-{turn}")
            print(f"you   {shown}")
            print(f"mini  {reply.text.strip()}   ({reply.timings['total']:.1f} s)")
            for path in files[:-1]:
                print(f"      -> {path}")
        print()


if __name__ == "__main__":
    main()
