"""`render`: one manifest into one folder, from Python; `estimate`: what that will take."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from anygen.batch.calibration import Estimate, dry_run
from anygen.batch.executor import LocalMaker, Maker, ShouldStop
from anygen.batch.input_copies import KeptInputs
from anygen.batch.items import ItemReader
from anygen.batch.job import Job
from anygen.batch.pages import page_name, write_pages
from anygen.batch.runner import Report, Runner, Settings, Summary
from anygen.batch.sizes import is_lost_device
from anygen.batch.stores import Copies, Root, fingerprint, is_url
from anygen.core.errors import ConfigError, MachineError


def render(
    manifest: str | Path,
    out: str | Path,
    model: Any = "mini",
    *,
    settings: Settings | None = None,
    roots: Iterable[str | Path] = (),
    exact: bool = False,
    maker: Maker | None = None,
    pages: bool = True,
    copy_to: str | None = None,
    keep_inputs: bool = False,
    report: Report = lambda event, row: None,
    should_stop: ShouldStop = lambda: False,
) -> Summary:
    """Render what `manifest` asks for into the folder `out`; what is done there already is not done again.

    `model` is an AnyGen, or what `AnyGen.from_pretrained` takes. `roots` are folders that media may lie in beside the
    manifest's own, on this machine or, by their URL, in a store (stores.py);
    `exact` asks for the same bytes as an undisturbed run's; `maker` makes in place of this process;
    `pages` writes index.html and sheet.png at the end; `copy_to` is the URL of a folder that results are copied to;
    `keep_inputs` keeps the input media of what is made now beside it, for replay.
    Raises PromptError for a manifest that cannot be opened, ConfigError for other weights than the folder was begun with,
    OSError, MachineError, CheckpointError and a lost device's error for what ends a job: run it again to go on."""
    model = loaded(model)
    settings = settings or Settings()
    path = Path(manifest)
    copies = None if copy_to is None else Copies(copy_to)
    with Job(Path(out)) as job:
        job.describe(model, str(manifest), settings.overwrite)
        job.committer.copies = copies
        job.committer.kept = KeptInputs(job.folder, job.ledger) if keep_inputs else None
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
            summary = runner.run()
        except RuntimeError as error:
            if not is_lost_device(error):
                raise
            raise MachineError(
                f"the accelerator was lost ({str(error).splitlines()[0]}); run the same again to go on"
            ) from error
        is_new = summary.made or summary.new_failures or not (job.folder / page_name(1)).exists()
        if pages and is_new and summary.stopped != "signal":
            write_pages(job)
        if copies is not None and summary.stopped != "signal":
            copies.complete(job)
        return summary


def estimate(
    manifest: str | Path,
    model: Any = "mini",
    *,
    settings: Settings | None = None,
    roots: Iterable[str | Path] = (),
    exact: bool = False,
    maker: Maker | None = None,
    should_stop: ShouldStop = lambda: False,
) -> Estimate:
    """Check every line of a manifest and tell what it will take, from a few answers that are thrown away. Writes nothing.

    Arguments and errors are those of `render`."""
    model, path, settings = loaded(model), Path(manifest), settings or Settings()
    reader = reader_for(model, path, fingerprint, roots, exact)
    return dry_run(path, reader, maker or LocalMaker(model), settings.shard, settings.limit, should_stop)


def loaded(model: Any) -> Any:
    """The model itself, loaded where it is named."""
    if not isinstance(model, (str, Path)):
        return model
    from anygen.model import AnyGen

    return AnyGen.from_pretrained(model)


def reader_for(
    model: Any, manifest: Path, hash_file: Any, roots: Iterable[str | Path] = (), exact: bool = False
) -> ItemReader:
    """What reads the lines of a manifest for a model. Raises ConfigError for a root that is no folder."""
    roots = tuple(roots)
    found = tuple(Path(root).resolve() for root in roots if not is_url(root))
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
        stores=tuple(Root.open(str(root)) for root in roots if is_url(root)),
    )
