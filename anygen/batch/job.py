"""The folder of one job: results.jsonl (the ledger), index.sqlite, claims.lock, run.json, media/, and pages to look at."""

from __future__ import annotations

import json
import os
import platform
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import anygen
from anygen.batch.commit import Committer
from anygen.batch.durable import make_folder
from anygen.batch.index import Index
from anygen.batch.items import SCHEMA
from anygen.batch.leases import Claims
from anygen.batch.ledger import NAME as LEDGER
from anygen.batch.ledger import Ledger
from anygen.core.atomic import write_files
from anygen.core.errors import ConfigError, PromptError
from anygen.media import provenance

RUN = "run.json"
KEPT_RUNS = 100


class Job:
    """An open job folder, made where it is missing. Several processes may have it open; in one process, one at a time.

    Raises OSError, MachineError, PromptError for a file in its place."""

    def __init__(self, folder: Path) -> None:
        if folder.exists() and not folder.is_dir():
            raise PromptError(f"{folder}: is a file; a folder is accepted")
        self.folder = folder
        make_folder(folder)
        self.claims = Claims(folder)
        try:
            self.ledger = Ledger(folder, self.claims)
            self.index = Index(folder, self.ledger)
            self.committer = Committer(folder, self.ledger, self.index)
            self.index.refresh()
        except BaseException:
            self.claims.close()
            raise

    def __enter__(self) -> Job:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.index.close()
        self.ledger.close()
        self.claims.close()

    def describe(self, model: Any, manifest: str, overwrite: bool) -> None:
        """Add this run to run.json. Raises ConfigError where the job was begun with other weights and `overwrite` does not
        say that they may replace what is there."""
        with self.claims.appending():
            before = read_run(self.folder)
            was = before.get("model", {}).get("weights_hash", model.weights_hash)
            if was != model.weights_hash and not overwrite:
                raise ConfigError(
                    f"{self.folder}: was begun with the weights {was[:12]}, and these are {model.weights_hash[:12]}; take "
                    "another folder, or --overwrite to make everything again"
                )
            runs = [*before.get("runs", []), {"manifest": Path(manifest).name, **_this_run()}]
            told = {
                "schema": SCHEMA,
                "anygen": anygen.__version__,
                "model": {
                    "name": provenance.model_label(model.name),
                    "weights_hash": model.weights_hash,
                },
                "runs": runs[-KEPT_RUNS:],
            }
            write_files([(self.folder / RUN, (json.dumps(told, indent=2) + "\n").encode())])


def is_job(folder: Path) -> bool:
    return (folder / LEDGER).is_file()


def read_run(folder: Path) -> Mapping[str, Any]:
    """run.json as it is; nothing where it is missing or damaged, because all of it can be written again."""
    try:
        found = json.loads((folder / RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    kinds = {"model": dict, "runs": list}
    is_whole = isinstance(found, dict) and all(
        isinstance(found.get(key, kind()), kind) for key, kind in kinds.items()
    )
    return found if is_whole else {}


def _this_run() -> dict[str, Any]:
    import torch

    devices = [torch.cuda.get_device_name(each) for each in range(torch.cuda.device_count())]
    return {
        "command": shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        "versions": provenance.versions(),
        "machine": {
            "system": platform.platform(),
            "processors": os.cpu_count(),
            "accelerators": devices,
        },
    }
