"""Stage 2: the output projectors learn to give what the decoders' own text encoders would, from the signal tokens' states.

    python -m anygen_pipelines.stage2_align_outputs --config stage2.yaml [--set alignment=mse ...]

Reads examples in which a caption is asked for and the assistant repeats it and makes the medium. No decoder runs: the
targets are text embeddings, computed once. `trainable` should be [output_projectors, signal_tokens]. Stopped, it goes on
where it was when called again; see anygen/training/stage.py for what the YAML may hold. The trained model is in `out/model`.
"""

from __future__ import annotations

from anygen_pipelines.stage_command import run_command


def main(words: list[str] | None = None) -> None:
    """The command."""
    run_command(__doc__ or "", "stage 2", usual=("output_projectors", "signal_tokens"), words=words)


if __name__ == "__main__":
    main()
