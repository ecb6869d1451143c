"""`render`: one manifest into one folder, from Python."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from anygen.batch.items import ItemReader
from anygen.batch.job import Job
from anygen.batch.making import LocalMaker, Maker, ShouldStop
from anygen.batch.runner import Report, Runner, Settings, Summary
from anygen.batch.sizes import is_lost_device
from anygen.errors import ConfigError, MachineError


def render(
    manifest: str | Path,
    out: str | Path,
    model: Any = "mini",
    *,
    settings: Settings | None = None,
    roots: Iterable[str | Path] = (),
    exact: bool = False,
    maker: Maker | None = None,
    report: Report = lambda event, row: None,
    should_stop: ShouldStop = lambda: False,
) -> Summary:
    """Render what `manifest` asks for into the folder `out`; what is done there already is not done again.

    `model` is an AnyGen, or what `AnyGen.from_pretrained` takes. `roots` are folders that media may lie in beside the
    manifest's own; `exact` asks for the same bytes as an undisturbed run's; `maker` makes in place of this process.
    Raises PromptError for a manifest that cannot be opened, ConfigError for other weights than the folder was begun with,
    OSError, MachineError, CheckpointError and a lost device's error for what ends a job: run it again to go on."""
    if isinstance(model, (str, Path)):
        from anygen.model import AnyGen

        model = AnyGen.from_pretrained(model)
    settings = settings or Settings()
    path = Path(manifest)
    with Job(Path(out)) as job:
        job.describe(model, str(manifest), settings.overwrite)
        runner = Runner(
            job=job,
            maker=maker or LocalMaker(model),
            reader=reader_for(model, path, job.index.hash_file, roots, exact),
            path=path,
            settings=settings,
            report=report,
            should_stop=should_stop,
        )
        try:
            return runner.run()
        except RuntimeError as error:
            if not is_lost_device(error):
                raise
            raise MachineError(
                f"the accelerator was lost ({str(error).splitlines()[0]}); run the same again to go on"
            ) from error


def reader_for(
    model: Any, manifest: Path, hash_file: Any, roots: Iterable[str | Path] = (), exact: bool = False
) -> ItemReader:
    """What reads the lines of a manifest for a model. Raises ConfigError for a root that is no folder."""
    found = tuple(Path(root).resolve() for root in roots)
    for root in found:
        if not root.is_dir():
            raise ConfigError(f"roots: {root} is no folder")
    return ItemReader(
        makes=model.makes,
        reads=model.reads,
        weights_hash=model.weights_hash,
        folder=manifest.resolve().parent,
        roots=found,
        hash_file=hash_file,
        exact=exact,
    )
