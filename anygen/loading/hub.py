"""A model as a repository of the hub."""

from __future__ import annotations

import tempfile
from pathlib import Path

from anygen.core.errors import MachineError
from anygen.loading import checkpoint
from anygen.model import AnyGen


def push(
    model: AnyGen,
    repo_id: str,
    private: bool = False,
    message: str | None = None,
    token: str | None = None,
    endpoint: str | None = None,
) -> str:
    """Save a model whole, parts and card included, and upload it as a repository of the hub; its address.

    Parts keep their licences: see that they may be passed on. Raises MachineError where the hub refuses or is out of
    reach."""
    from huggingface_hub import HfApi

    with tempfile.TemporaryDirectory(prefix="anygen-") as scratch:
        folder = checkpoint.save(model, Path(scratch) / "model", copy_parts=True)
        api = HfApi(endpoint=endpoint, token=token)
        try:
            address = api.create_repo(repo_id, private=private, exist_ok=True)
            api.upload_folder(
                repo_id=repo_id,
                folder_path=folder,
                commit_message=message or f"{model.config.name}, by anygen",
            )
        except Exception as error:
            # The hub's client raises its own kinds: say which repository, and why in one line.
            reason = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
            raise MachineError(
                f"{repo_id}: cannot be written to the hub: {reason}; a token that may write is needed "
                "(`hf auth login`, or HF_TOKEN)"
            ) from error
    return str(address)
