"""Stage 1: the input projectors learn to put media into words the language model understands.

    python -m anygen_pipelines.stage1_align_inputs --config stage1.yaml [--set loop.steps=2000 ...]

Reads examples in which a user shows a medium and the assistant says what it is. The encoder and the language model stay
frozen; `trainable` should be [input_projectors]. Stopped, it goes on where it was when called again; see
anygen/training/stage.py for what the YAML may hold. The trained model is in `out/model`.
"""

from __future__ import annotations

from anygen_pipelines.stage_command import run_command


def main(words: list[str] | None = None) -> None:
    """The command."""
    run_command(__doc__ or "", "stage 1", usual=("input_projectors",), words=words)


if __name__ == "__main__":
    main()
