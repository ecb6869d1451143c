"""Compute what training reads of frozen parts, ahead of time: features of input media, text embeddings of captions.

    python -m anygen_pipelines.cache_targets --config stage2.yaml

Takes a stage's YAML and fills its `cache`; what is there is kept, so a stopped run goes on. The stages do the same when
they start: this script is for doing it once, on a machine that has the encoders and decoders, for several runs.
"""

from __future__ import annotations

import logging
from pathlib import Path

from anygen.model import AnyGen
from anygen.training.data.examples import read_examples
from anygen.training.data.features import FeatureCache
from anygen.training.data.targets import TargetCache
from anygen.training.stage import TARGET_DTYPES
from anygen_pipelines.stage_command import read_arguments

logger = logging.getLogger(__name__)


def main(words: list[str] | None = None) -> None:
    """The command."""
    config = read_arguments(__doc__ or "", words)
    try:
        files = (*config.data, *config.validation)
        examples = [example for each in files for example in read_examples(each.path, roots=config.roots)]
        model = AnyGen.from_pretrained(config.model)
        features = FeatureCache(Path(config.cache) / "features", model.encoders)
        targets = TargetCache(
            Path(config.cache) / "targets", model.decoders, TARGET_DTYPES[config.target_dtype]
        )
        print(
            f"{features.fill(examples)} media and {targets.fill(examples)} captions encoded; the rest was there"
        )
    except ValueError as error:
        logger.error("%s", error)
        raise SystemExit(2) from error


if __name__ == "__main__":
    main()
