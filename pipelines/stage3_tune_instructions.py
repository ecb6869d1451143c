"""Stage 3: the language model learns, with LoRA, to follow instructions over turns; all joins go on learning.

    python -m anygen_pipelines.stage3_tune_instructions --config stage3.yaml [--set lora.rank=16 ...]

Reads whole conversations of any mix of media. `trainable` should be [lora, input_projectors, output_projectors,
signal_tokens], and `lora` says which adapters are added. Stopped, it goes on where it was when called again; see
anygen/training/stage.py for what the YAML may hold. The trained model is in `out/model`, its adapters apart from the base.
"""

from __future__ import annotations

from anygen_pipelines.stage_command import run_command


def main(words: list[str] | None = None) -> None:
    """The command."""
    groups = ("lora", "input_projectors", "output_projectors", "signal_tokens")
    run_command(__doc__ or "", "stage 3", usual=groups, words=words)


if __name__ == "__main__":
    main()
