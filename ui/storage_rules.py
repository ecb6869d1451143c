"""How long files are kept, and what a visitor may store."""

from __future__ import annotations

from dataclasses import dataclass

REMOVED = "removed to free space"
"""What stands in a conversation for a file that the rule took."""


@dataclass(frozen=True)
class StorageRule:
    """Media older than `days` go; of what is left, where it is more than `total_bytes`, the oldest generated ones go first,
    then the oldest uploads. Nothing of a conversation that is being answered goes. Words stay until they are deleted."""

    days: float = 30.0
    total_bytes: int = 10_000_000_000

    def sentence(self) -> str:
        """The rule for people."""
        return (
            f"Pictures, sounds and clips are kept for {self.days:g} days, and up to {self.total_bytes / 1e9:g} GB of all "
            "visitors together: beyond that the oldest generated ones are removed first, then the oldest uploads. The "
            "words of a conversation stay until you delete it."
        )


@dataclass(frozen=True)
class UploadLimits:
    """The most that one visitor may send, in bytes, characters and files."""

    upload_bytes: int = 50_000_000
    visitor_bytes: int = 2_000_000_000
    """Of all that one visitor has sent and not removed, so that nobody's files push out those of all others."""
    text_characters: int = 100_000
    title_characters: int = 200
    zip_bytes: int = 500_000_000
    unpacked_bytes: int = 1_000_000_000
    zip_entries: int = 2_000
    document_bytes: int = 20_000_000
    """The JSON of an imported conversation."""


DEFAULT_UPLOADS = UploadLimits()
