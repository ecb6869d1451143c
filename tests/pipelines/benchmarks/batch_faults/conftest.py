from __future__ import annotations

import pytest

from anygen import AnyGen
from anygen_pipelines.benchmarks.batch_faults import processes
from anygen_pipelines.benchmarks.batch_faults.campaign import Ground, undisturbed
from anygen_pipelines.benchmarks.batch_faults.manifests import write_mixed


@pytest.fixture(scope="package")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """A short manifest of words, a picture, a sound and inputs, rendered once without disturbance."""
    model = AnyGen.from_pretrained("mini")
    work = tmp_path_factory.mktemp("faults")
    manifest = write_mixed(work / "inputs", texts=3, media=1, videos=0)
    # Load the decoders once, here: the processes that are killed are copies of this one.
    processes.warm(model, [each for each in model.makes if each != "video"])
    return undisturbed(manifest, model, work)
