"""The command line that the three stages and cache_targets.py share."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from anygen.training.stage import StageConfig, read_stage_config, run_stage

logger = logging.getLogger(__name__)


def read_arguments(description: str, words: Sequence[str] | None = None) -> StageConfig:
    """The stage's settings from the command line. Wrong ones end the program with one sentence and exit code 2."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", type=Path, required=True, help="the stage's settings, a YAML file")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="replace a setting, such as loop.steps=100",
    )
    arguments = parser.parse_args(words)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        return read_stage_config(arguments.config, arguments.set)
    except ValueError as error:
        raise SystemExit(_failed(error, 2)) from error


def run_command(
    description: str, title: str, usual: tuple[str, ...], words: Sequence[str] | None = None
) -> None:
    """Run one stage as its YAML says and print its last measurement as JSON."""
    config = read_arguments(description, words)
    if set(config.trainable) != set(usual):
        logger.warning(
            "%s usually trains %s; this run trains %s", title, ", ".join(usual), ", ".join(config.trainable)
        )
    try:
        result = run_stage(config, title)
    except (ValueError, FloatingPointError, OSError) as error:
        raise SystemExit(_failed(error, 2 if isinstance(error, ValueError) else 3)) from error
    except KeyboardInterrupt:
        logger.info("stopped; the same command goes on from the last checkpoint")
        raise SystemExit(130) from None
    print(json.dumps(result, indent=2))


def _failed(error: Exception, code: int) -> int:
    print(error, file=sys.stderr)
    return code
