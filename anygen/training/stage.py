"""A training stage from start to end: read the examples, fill the caches, train, measure, save.

The three stages differ in what trains, what they read and their settings: a StageConfig says all of it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import PartialState
from torch import Tensor, nn

from anygen.core.atomic import write_files
from anygen.core.config import from_values
from anygen.core.errors import ConfigError, nearest
from anygen.core.modality import Modality
from anygen.llm.lora import LoraSettings, add_lora, lora_parameters
from anygen.loading.placement import as_dtype
from anygen.training.checkpoints import latest_checkpoint
from anygen.training.data.collate import Batch, Collator, EncodedExample, encode_examples
from anygen.training.data.examples import read_examples
from anygen.training.data.features import FeatureCache
from anygen.training.data.sampling import StepSampler
from anygen.training.data.targets import TargetCache
from anygen.training.loop import LoopConfig, Task, train
from anygen.training.losses import ALIGNMENTS, alignment_loss, next_token_loss
from anygen.training.metrics import plot_losses, read_metrics
from anygen.training.teacher_forced import FeatureNoise, TeacherForced
from anygen.training.trainable import Trainable, select_trainable

logger = logging.getLogger(__name__)

TARGET_DTYPES = {"float32": torch.float32, "float16": torch.float16}


@dataclass(frozen=True)
class DataFile:
    """A JSONL file of examples and its share of what is drawn; weight 0 stands for its number of examples."""

    path: str
    weight: float = 0.0


@dataclass(frozen=True)
class StageConfig:
    """One stage. `model` is a preset, a folder or a hub id; `out` receives the metrics, the checkpoints and, in
    `out/model`, the trained model. `cache` holds features and targets, which several stages may share.

    `trainable` lists what trains (training/trainable.py). `alignment` is "euclidean" or "mse"; its terms are scaled by
    `alignment_scale`, or by `alignment_scales[modality]` where given, next to the words' 1. `noise` disturbs input
    features. `calibrate` first fits the input norms of fresh output projectors to what they will read. `lora` adds
    adapters to a language model that has none. `dtype` is the precision of what stays frozen (what trains is float32), and
    `device` and `offload` say where encoders and text encoders work while the caches are filled (loading/placement.py); the
    training itself runs where accelerate says. `validation` files are measured at the end, and every
    `loop.validate_every` steps, on `validation_examples` of them."""

    model: str
    out: str
    cache: str
    data: tuple[DataFile, ...]
    trainable: tuple[str, ...]
    validation: tuple[DataFile, ...] = ()
    validation_examples: int = 256
    roots: tuple[str, ...] = ()
    alignment: str = "euclidean"
    alignment_scale: float = 1.0
    alignment_scales: Mapping[str, float] = field(default_factory=dict)
    target_dtype: str = "float32"
    dtype: str = "float32"
    device: str = "cpu"
    offload: str | None = None
    calibrate: bool = False
    noise: FeatureNoise = field(default_factory=FeatureNoise)
    lora: LoraSettings | None = None
    loop: LoopConfig = field(default_factory=LoopConfig)

    def __post_init__(self) -> None:
        if not self.data:
            raise ConfigError("data: is empty; expected at least one JSONL file")
        if self.alignment not in ALIGNMENTS:
            raise ConfigError(f"alignment: {self.alignment!r}; {nearest(self.alignment, ALIGNMENTS)}")
        if self.target_dtype not in TARGET_DTYPES:
            raise ConfigError(
                f"target_dtype: {self.target_dtype!r}; {nearest(self.target_dtype, TARGET_DTYPES)}"
            )
        as_dtype(self.dtype)
        if self.validation_examples < 2:
            raise ConfigError(f"validation_examples: {self.validation_examples}; expected 2 or more")

    def scale(self, term: str) -> float:
        """What a loss term is multiplied by: 1 for `text`, the alignment's scale for a modality."""
        return 1.0 if term == "text" else self.alignment_scales.get(term, self.alignment_scale)


@dataclass(frozen=True, eq=False)
class StageData:
    """The examples of a stage as tokens, by set, with the caches that complete them."""

    sets: tuple[list[EncodedExample], ...]
    validation: list[EncodedExample]
    collator: Collator


class StageLosses:
    """Term -> its sum over a batch: `text`, and one alignment term for each modality that is made."""

    def __init__(self, config: StageConfig, rank: int = 0) -> None:
        self.config = config
        self.rank = rank
        self._step = -1
        self._generator = torch.Generator()

    def __call__(self, module: nn.Module, batch: Batch, step: int) -> dict[str, Tensor]:
        if step != self._step:
            # Noise is a function of the step, so that a resumed run draws the same.
            seeds = np.random.SeedSequence((self.config.loop.seed, self.rank, step)).generate_state(1)
            self._step = step
            self._generator.manual_seed(int(seeds[0]))
        return self.terms(module(batch, noise=self.config.noise, generator=self._generator), batch)

    def terms(self, output: Any, batch: Batch) -> dict[str, Tensor]:
        """Term -> its sum over a batch, a float32 scalar ()."""
        terms = {"text": next_token_loss(output.logits_MV, output.target_ids_M)}
        for modality, predicted in output.conditioning.items():
            terms[str(modality)] = alignment_loss(
                predicted, batch.spans[modality].target, self.config.alignment
            )
        return terms


def read_stage_config(path: Path, changes: Sequence[str] = ()) -> StageConfig:
    """The StageConfig in a YAML file. `changes` are replacements such as "loop.steps=100", whose values are YAML too.

    Paths in it are relative to the folder the command runs in. Raises ConfigError naming the file and the dotted path."""
    import yaml

    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
        for change in changes:
            name, sign, value = change.partition("=")
            if not sign:
                raise ConfigError(f"{change!r} is no change; name=value is accepted, such as loop.steps=100")
            _replace(values, name.split("."), yaml.safe_load(value))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: cannot be read as YAML: {' '.join(str(error).split())[:200]}") from error
    try:
        return from_values(StageConfig, values)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def _replace(values: Any, names: Sequence[str], value: Any) -> None:
    """Set `values[names[0]][names[1]]...`; mappings on the way are made where missing. Lists are replaced whole."""
    for name in names[:-1]:
        if not isinstance(values, dict):
            break
        values = values.setdefault(name, {})
    if not isinstance(values, dict):
        raise ConfigError(f"{'.'.join(names)}: cannot be set, since what it belongs to is no mapping")
    values[names[-1]] = value


def load_data(config: StageConfig, model: Any, prompter: Any) -> StageData:
    """Read the examples, encode what is not cached yet, and lay everything out as tokens."""
    training, held_out = (
        [read_examples(each.path, roots=config.roots) for each in files]
        for files in (config.data, config.validation)
    )
    validation = list(chain.from_iterable(held_out))
    everything = [*chain.from_iterable(training), *validation]
    features = FeatureCache(Path(config.cache) / "features", model.encoders)
    targets = TargetCache(Path(config.cache) / "targets", model.decoders, TARGET_DTYPES[config.target_dtype])
    logger.info("%d media encoded", features.fill(everything))
    logger.info("%d captions encoded", targets.fill(everything))
    return StageData(
        tuple(encode_examples(examples, prompter, features) for examples in training),
        encode_examples(validation, prompter, features) if validation else [],
        Collator(prompter.pad_id, features, targets),
    )


def train_stage(
    config: StageConfig, parts: TeacherForced, data: StageData, stop_after: int | None = None
) -> tuple[Trainable, dict[str, Any]]:
    """Train `parts` on `data`; returns what trained and the last measurement, which is also in out/metrics.jsonl."""
    out = Path(config.out)
    trainable = select_trainable(parts, config.trainable)
    for group, count in trainable.counts.items():
        logger.info("training %s: %s parameters", group, f"{count:,}")
    total = sum(parameter.numel() for parameter in parts.parameters())
    logger.info("frozen: %s parameters", f"{total - sum(trainable.counts.values()):,}")

    flat = [example for examples in data.sets for example in examples]
    sampler = StepSampler(
        [np.array([len(example) for example in examples]) for examples in data.sets],
        [each.weight or len(examples) for each, examples in zip(config.data, data.sets, strict=True)],
        config.loop.batch_size,
        config.loop.seed,
    )
    process = PartialState()
    losses = StageLosses(config, process.process_index)
    measured = _measured_examples(config, data, flat)
    name = "validation" if data.validation else "training examples"

    if config.calibrate and latest_checkpoint(out / "checkpoints") is None:
        calibrate_outputs(parts, measured, data.collator, config.trainable)

    def measure() -> dict[str, Any]:
        return {"measured_on": name, **measure_losses(parts, measured, data.collator, losses.terms)}

    settings = {
        "trainable": list(config.trainable),
        "alignment": config.alignment,
        "examples": len(flat),
    }
    task = Task(
        sampler,
        lambda numbers: data.collator([flat[number] for number in numbers]),
        losses,
        config.scale,
        settings,
        measure,
    )
    reached = train(parts, trainable, task, config.loop, out, stop_after)
    result = {"step": reached, **measure()}
    metrics = out / "metrics.jsonl"
    is_written = any(line["step"] == reached and "shuffled" in line for line in read_metrics(metrics))
    if reached == config.loop.steps and process.is_main_process and not is_written:
        with metrics.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(result) + "\n")
    return trainable, result


def calibrate_outputs(
    parts: TeacherForced, examples: Sequence[EncodedExample], collator: Collator, groups: Sequence[str]
) -> None:
    """Fit the output projectors that train to the states of `examples` (each projector's own `calibrate`)."""
    device = next(parts.parameters()).device
    states: dict[Modality, list[tuple[Tensor, Tensor]]] = {}
    for start in range(0, len(examples), 32):
        for modality, pair in parts.span_states(collator(examples[start : start + 32]).to(device)).items():
            states.setdefault(modality, []).append(pair)
    for modality, pairs in states.items():
        if {"output_projectors", f"output_projectors.{modality}"} & set(groups):
            hidden_KSD, embeds_KSD = (torch.cat(each) for each in zip(*pairs, strict=True))
            if parts.output_projectors[modality].calibrate(hidden_KSD, embeds_KSD):  # type: ignore[operator]
                logger.info("%s: projector fitted to the states of %d spans", modality, len(hidden_KSD))


def measure_losses(
    parts: TeacherForced,
    examples: Sequence[EncodedExample],
    collator: Collator,
    terms: Callable[[Any, Batch], Mapping[str, Tensor]],
    batch_size: int = 32,
) -> dict[str, dict[str, float]]:
    """Mean loss terms over `examples`, scalars (): {"validation": {...}, "shuffled": {...}}.

    `shuffled` gives every medium and every span the projector output of another item of its modality: the difference is
    what the projectors contribute. A modality that has only one item in a batch is not shuffled there."""
    device = next(parts.parameters()).device
    modes = [(module, module.training) for module in parts.modules()]
    parts.eval()
    result: dict[str, dict[str, float]] = {}
    try:
        with torch.no_grad():
            for key, shuffle in (("validation", False), ("shuffled", True)):
                sums: dict[str, float] = {}
                counts: dict[str, int] = {}
                for start in range(0, len(examples), batch_size):
                    batch = collator(examples[start : start + batch_size]).to(device)
                    for name, value in terms(parts(batch, shuffle=shuffle), batch).items():
                        sums[name] = sums.get(name, 0.0) + float(value)
                        counts[name] = counts.get(name, 0) + batch.counts[name]
                result[key] = {name: value / counts[name] for name, value in sorted(sums.items())}
    finally:
        for module, was_training in modes:
            module.training = was_training
    return result


def run_stage(config: StageConfig, title: str) -> dict[str, Any]:
    """The whole stage, resuming where an earlier call stopped; returns the last measurement."""
    from anygen.model import AnyGen

    # Adapters of an earlier stage stay apart from the base, to go on training or to be saved again.
    model = AnyGen.from_pretrained(
        config.model, config.dtype, merge=False, device=config.device, offload=config.offload
    )
    # Optimizers lose what half precision rounds away.
    model.backbone.signal_rows.float()
    if config.lora is not None and not lora_parameters(model.backbone):
        add_lora(model.backbone, config.lora, torch.Generator().manual_seed(config.loop.seed))
    data = load_data(config, model, model.prompter)
    model.decoders.release()
    for encoder in model.encoders.values():
        if isinstance(encoder, nn.Module):
            encoder.to("cpu")
    if model.backbone.device.type == "cpu":
        # The fused kernel's backward pass takes nearly twice as long on a CPU; the numbers agree to rounding.
        model.backbone.lm.set_attn_implementation("eager")
    parts = TeacherForced(model.input_projectors, model.backbone, model.output_projectors)
    _, result = train_stage(config, parts, data)
    parts.requires_grad_(False).eval()
    out = Path(config.out)
    if not PartialState().is_main_process:
        return result
    model.save_pretrained(out / "model")
    picture = plot_losses(out / "metrics.jsonl", out / "losses.png", title)
    summary = {"title": title, "model": str(out / "model"), "losses": str(picture), **result}
    write_files([(out / "result.json", (json.dumps(summary, indent=2) + "\n").encode())])
    return summary


def _measured_examples(
    config: StageConfig, data: StageData, flat: Sequence[EncodedExample]
) -> list[EncodedExample]:
    """The examples losses are measured on: from the validation files, else from the training ones; in random order, so
    that neighbours, which the control exchanges, are strangers."""
    pool = data.validation or list(flat)
    order = np.random.default_rng(config.loop.seed).permutation(len(pool))[: config.validation_examples]
    return [pool[int(index)] for index in order]
