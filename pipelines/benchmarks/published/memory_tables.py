"""What every preset takes in memory, counted from its architecture, and how it fits on cards: a section of a page."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForCausalLM

from anygen.core.config import ModelConfig, read_config
from anygen.core.library_logging import quiet_libraries
from anygen.loading import presets
from anygen.loading.build import fresh_parts
from anygen.loading.memory import CARDS, HEADROOM, Plan, gb
from anygen.loading.model_manifest import CONFIG
from anygen.loading.part_sizes import STATED, make_plan
from anygen.training.stage import read_stage_config
from anygen_pipelines.benchmarks.published.architectures import write_configs

STAGES = Path(__file__).parents[2] / "stages"
TRAINED_HERE = "trainable-4b"
"""The preset that the stages train."""
INTRODUCTION = f"""## Memory of every preset

Parameters are counted on the real classes, built without memory from the sizes the published models state
(pipelines/benchmarks/published/architectures.yaml), with the buffers that are saved; *stated* is what the preset says.
Projectors stay at single precision, the rest is at half. Options are tried in this order, and the first that fits is shown
with the weights it puts on the card; {HEADROOM / 1e9:.1f} GB are left for activations, an estimate. "Without text encoders"
is for drawing from a projector's conditioning where `negative.safetensors` is kept (docs/decoders.md)."""


def counted_plan(name: str, folder: Path) -> tuple[ModelConfig, Plan]:
    """A preset and its plan; of one whose weights are elsewhere, by configs written to `folder`."""
    plans = presets.plans()
    if name not in plans:
        place = presets.PRESETS_DIR / name
        config = read_config(place / CONFIG)
        return config, make_plan(config, place)
    config = read_config(plans[name])
    write_configs(config, folder)
    return config, make_plan(config, folder)


def without_text(plan: Plan) -> Plan:
    """The plan of one who needs no text encoder of a decoder."""
    parts = [
        replace(each, is_needed=each.is_needed and not each.name.endswith(".text")) for each in plan.parts
    ]
    return replace(plan, parts=tuple(parts))


def options(plans: list[Plan]) -> dict[str, tuple[str, str]]:
    """The options of plans, in words -> a letter, and what from_pretrained is given."""
    found: dict[str, tuple[str, str]] = {}
    for plan in plans:
        for option in plan.options():
            found.setdefault(option.words, (chr(ord("A") + len(found)), option.call))
    return found


def fit(plan: Plan, size: int, letters: dict[str, tuple[str, str]]) -> str:
    """How a plan fits on a card of `size` GB, for a cell of a table."""
    option = plan.fitting(size * 1e9)
    if option is None:
        return 'nothing fits; `device_map="auto"`'
    return f"{letters[option.words][0]}, {gb(option.num_bytes)}"


def table(plan: Plan, letters: dict[str, tuple[str, str]], reads_captions: bool) -> list[str]:
    """The parts of a plan, and its fit on each card."""
    lines = ["| part | parameters | memory | known by |", "|---|---|---|---|"]
    for part in plan.parts:
        if part.params:
            lines.append(
                f"| {part.name} | {part.params / 1e6:,.1f} M | {gb(part.num_bytes('float16'))} | {part.how} |"
            )
    total = sum(part.params for part in plan.parts)
    lines.append(f"| all of it | {total / 1e6:,.1f} M | {gb(plan.total('float16'))} | |")
    sizes = sorted(CARDS, reverse=True)
    lines += ["", f"| card | {' | '.join(f'{size} GB' for size in sizes)} |", "|---" * (len(sizes) + 1) + "|"]
    rows = {"with text encoders": plan}
    if not reads_captions:
        rows["without text encoders"] = without_text(plan)
    for name, each in rows.items():
        lines.append(f"| {name} | {' | '.join(fit(each, size, letters) for size in sizes)} |")
    return lines


def training_table(config: ModelConfig, folder: Path) -> list[str]:
    """What each stage of STAGES trains, and the memory of weights, gradients and Adam's two moments at single precision."""
    with quiet_libraries("transformers"), torch.device("meta"):
        counts = {
            name: sum(v.numel() for v in each.parameters())
            for name, each in fresh_parts(config, folder).items()
        }
        base = AutoModelForCausalLM.from_config(
            AutoConfig.from_pretrained(folder / config.llm.path, trust_remote_code=False),
            trust_remote_code=False,
        )
    frozen = 2 * sum(value.numel() for value in base.parameters())
    lines = [
        "| stage | trains | values trained | frozen language model at half precision | trained, gradients and moments |",
        "|---|---|---|---|---|",
    ]
    for number in (1, 2, 3):
        stage = read_stage_config(STAGES / f"stage{number}.yaml")
        if stage.lora is not None:
            linear = [
                each for name, each in base.named_modules() if name.rpartition(".")[2] in stage.lora.targets
            ]
            counts["lora"] = stage.lora.rank * sum(each.in_features + each.out_features for each in linear)
        trained = sum(counts[group] for group in stage.trainable)
        # What is not trained in a stage lies beside it at single precision.
        beside = sum(
            count for group, count in counts.items() if group not in stage.trainable and group != "lora"
        )
        lines.append(
            f"| {number} | {', '.join(stage.trainable)} | {trained / 1e6:,.1f} M | {gb(frozen)} | "
            f"{gb(16 * trained + 4 * beside)} |"
        )
    return lines


def memory_section() -> str:
    """Every preset's tables, behind the list of options their letters stand for."""
    plans, training = {}, {}
    for name in (*presets.presets(), *presets.plans()):
        with tempfile.TemporaryDirectory() as folder:
            plans[name] = counted_plan(name, Path(folder))
            if name == TRAINED_HERE:
                training[name] = training_table(plans[name][0], Path(folder))
    letters = options([plan for _, plan in plans.values()])
    lines = [INTRODUCTION, "", "| option | | `from_pretrained` is given |", "|---|---|---|"]
    for words, (letter, call) in letters.items():
        lines.append(f"| {letter} | {words} | {f'`{call}`' if call else 'nothing'} |")
    for name, (config, plan) in plans.items():
        stated = [part.name for part in plan.parts if part.how == STATED and part.params]
        lines += ["", f"### {name}", "", *table(plan, letters, config.llm.captions is not None)]
        if stated:
            lines += ["", f"Not counted, but stated by the preset: {', '.join(stated)}."]
        if name in training:
            lines += ["", "While it trains, activations not counted:", "", *training[name]]
    return "\n".join(lines)
