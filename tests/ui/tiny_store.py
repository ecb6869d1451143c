"""What the tests of the store put into it."""

from pathlib import Path

import numpy as np

from anygen import Audio, Image
from anygen.media import provenance
from anygen_ui.store import Store
from anygen_ui.tables import Part


def picture(value: int = 0) -> bytes:
    return Image(np.full((8, 8, 3), value, np.uint8)).encode()


def answered(store: Store, visitor: str, conversation: str, value: int = 7) -> tuple[str, Path]:
    """A turn with a text and a picture, as the engine fills it: the turn's id and the picture's path."""
    turn = store.begin_answer(visitor, conversation, {"seed": value})
    path = store.files.visitor_folder(visitor) / f"{turn.id}-1.png"
    path.write_bytes(picture(value))
    parts = [Part("text", "Here:"), Part("image", path=str(path), caption="a square")]
    store.fill(visitor, conversation, turn.id, parts, "done", timings={"total": 0.5})
    return turn.id, path


def talk(store: Store, visitor: str = "ada") -> str:
    """A conversation with an upload, a whole answer with its record, one that failed and one whose file is gone."""
    conversation = store.new_conversation(visitor, "Trip").id
    upload = store.files.add_upload(visitor, "sea.wav", Audio(np.zeros(800, np.float32), 8000).encode())
    store.add_user_turn(visitor, conversation, [Part("text", "Draw this"), Part("audio", path=upload.path)])
    settings = {
        "model": "mini",
        "options": {"image": {"height": 32}},
        "modalities": None,
        "require": ["image"],
    }
    turn = store.begin_answer(visitor, conversation, settings | {"seed": 4})
    made = Image(np.full((8, 8, 3), 9, np.uint8))
    record = provenance.for_part({"model": {"name": "mini"}}, 1, made)
    path = store.files.visitor_folder(visitor) / f"{turn.id}-1.png"
    path.write_bytes(made.encode(record))
    provenance.sidecar(path).write_bytes(provenance.as_json(record))
    parts = [Part("text", "Here:"), Part("image", path=str(path), caption="sea")]
    store.fill(visitor, conversation, turn.id, parts, "done", timings={"llm": 0.1})
    store.add_user_turn(visitor, conversation, [Part("text", "Ünd mehr"), Part("image", path=str(path))])
    failed = store.begin_answer(visitor, conversation, {"seed": 5})
    store.fill(visitor, conversation, failed.id, [], "failed", "It was too much.")
    lost = store.begin_answer(visitor, conversation, {"seed": 6})
    gone = store.files.visitor_folder(visitor) / f"{lost.id}-0.png"
    gone.write_bytes(made.encode())
    store.fill(visitor, conversation, lost.id, [Part("image", path=str(gone), caption="gone")], "done")
    gone.unlink()
    return conversation
