"""The process that holds the model: `python -m anygen_ui.worker`. Lines of JSON in, lines of JSON out.

A process of its own, not multiprocessing's: Streamlit puts the page's script in the place of `__main__`, which a spawned
process would run again. JSON, because what crosses is plain values, and opening a pickle is refused everywhere here.
In:  {"do": "answer", "ask": {...}, "folder": ..., "load": {...}}, {"do": "stop", "turn": ...},
     {"do": "prepare", "model": ..., "load": {...}}. End of input ends it.
Out: {"is": "ready", "machine": {...}}, {"is": "begun", "turn"}, {"is": "event", "turn", ...},
     {"is": "end", "turn", "event", "parts"}.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import queue
import signal
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO

from anygen.messages.reply import DecoderProgress, Done, MediaReady, SpanStarted, TextDelta
from anygen_ui.protocol import Event, Failed, Finished, Loading, Made, to_wire

logger = logging.getLogger("anygen_ui.worker")

Tell = Callable[[Event], None]


class Worker:
    """Answers one ask at a time with a model that stays; the last `models_held` of them."""

    def __init__(self, out: TextIO, models_held: int = 1) -> None:
        self._out, self._models_held = out, models_held
        self._models: OrderedDict[str, Any] = OrderedDict()
        self._asks: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._writing = threading.Lock()
        self._stopped: set[str] = set()

    def run(self, lines: TextIO) -> None:
        """Until the input ends."""
        threading.Thread(target=self._listen, args=(lines,), name="listen", daemon=True).start()
        self._say({"is": "ready", "machine": _machine()})
        while True:
            given = self._asks.get()
            if given["do"] == "answer":
                self._answer(given)
            else:
                self._prepare(given)

    def _listen(self, lines: TextIO) -> None:
        for line in lines:
            given = json.loads(line)
            if given["do"] == "stop":
                self._stopped.add(given["turn"])
            else:
                self._asks.put(given)
        # Whoever asked is gone, so nobody waits for what is being made.
        os._exit(0)

    def _say(self, values: Mapping[str, Any]) -> None:
        with self._writing:
            self._out.write(json.dumps(values) + "\n")
            self._out.flush()

    def _answer(self, given: Mapping[str, Any]) -> None:
        ask, turn = given["ask"], given["ask"]["turn"]
        parts: list[dict[str, Any]] = []
        is_lost = False
        self._say({"is": "begun", "turn": turn})
        # Of answers that ended just before they were stopped.
        self._stopped.intersection_update({turn})

        def tell(event: Event) -> None:
            self._say({"is": "event", "turn": turn, **to_wire(event)})

        try:
            model = self._model(ask["model"], given["load"], tell)
            answer = Answer(model, ask, Path(given["folder"]), tell, lambda: turn in self._stopped)
            end: Event = answer.run()
            parts = answer.parts
        except BaseException as error:
            end = Failed(self._sentence(error))
            is_lost = "CUDA error" in str(error)
        self._say({"is": "end", "turn": turn, "parts": parts, **to_wire(end)})
        if is_lost:
            # A device that failed once fails until the process that used it is gone.
            os._exit(1)

    def _prepare(self, given: Mapping[str, Any]) -> None:
        try:
            self._model(given["model"], given["load"], lambda event: None)
        except Exception as error:
            # Whoever asks for it is told.
            logger.warning("%s: %s", given["model"], self._sentence(error))

    def _model(self, name: str, load: Mapping[str, Any], tell: Tell) -> Any:
        from anygen import AnyGen

        if name in self._models:
            self._models.move_to_end(name)
            return self._models[name]
        # Room first: two large ones need not fit at once.
        while len(self._models) >= self._models_held:
            self._models.popitem(last=False)
        _free()
        tell(Loading(name, "model", 0, 1))
        self._models[name] = AnyGen.from_pretrained(name, **load)
        tell(Loading(name, "model", 1, 1))
        return self._models[name]

    def _sentence(self, error: BaseException) -> str:
        """Why, in one sentence; what nobody expected is in the log, whole."""
        from anygen.core.errors import printable

        # torch's own error is for cards; on the CPU it says it in words alone.
        is_torch_full = type(error).__name__ == "OutOfMemoryError" or "can't allocate memory" in str(error)
        if isinstance(error, MemoryError) or is_torch_full:
            for model in self._models.values():
                model.decoders.release()
            error.__traceback__ = None
            _free()
            return "There was not enough memory for this; ask for something smaller or shorter."
        if isinstance(error, (ValueError, FloatingPointError)):
            return printable(str(error))
        if isinstance(error, OSError):
            return f"The answer could not be kept: {error.strerror or printable(str(error))}."
        logger.error("an ask failed", exc_info=error)
        reason = printable(str(error))[:300] or "no reason is given"
        return f"The answer could not be made: {reason} ({type(error).__name__})."


class Answer:
    """One answer on its way: the events of AnyGen.stream as those of protocol.py, and its media as files."""

    def __init__(
        self, model: Any, ask: Mapping[str, Any], folder: Path, tell: Tell, should_stop: Callable[[], bool]
    ) -> None:
        self.model, self.ask, self.folder = model, ask, folder
        self.tell, self._should_stop = tell, should_stop
        self._was_stopped = False
        self.parts: list[dict[str, Any]] = []
        """The reply in its order: {"type", "text"} or {"type", "path", "caption"}."""
        self._made: dict[int, int] = {}
        self._provisional: dict[int, dict[str, Any]] = {}

    def run(self) -> Finished:
        """Make it; its last event. Raises what AnyGen.stream raises."""
        from anygen import GenerationOptions
        from anygen.messages.message import as_messages

        ask = self.ask
        # Opened once; the record is made of the same messages.
        self.messages = as_messages(ask["messages"])
        self.options = GenerationOptions.from_dict(ask["options"])
        reply = None
        events = self.model.stream(
            list(self.messages),
            ask["seed"],
            self.options,
            ask["modalities"],
            ask["require"],
            self.should_stop,
        )
        for event in events:
            if isinstance(event, (TextDelta, SpanStarted, DecoderProgress)):
                self.tell(event)
            if isinstance(event, SpanStarted) and event.modality not in self.model.decoders.loaded:
                decoders, part = self.model.decoders, f"{event.modality} decoder"
                self.tell(Loading(ask["model"], part, len(decoders.loaded), len(decoders)))
            if isinstance(event, MediaReady):
                self._keep(event.index, event.media)
            elif isinstance(event, Done):
                reply = event.reply
        assert reply is not None  # stream's last event is Done, or it raises
        self._settle(reply)
        return Finished(reply.seed, dict(reply.timings), self._was_stopped)

    def should_stop(self) -> bool:
        """Asked at every token and step; a wish that comes after the last of them stops nothing."""
        self._was_stopped = self._was_stopped or self._should_stop()
        return self._was_stopped

    def _keep(self, index: int, media: Any) -> None:
        """Write a medium as soon as it is there, with what is known by now of what made it."""
        from anygen.media import provenance
        from anygen.messages.request import Request, limits

        asked = limits(self.model.makes, self.ask["modalities"], self.ask["require"])
        request = Request(self.messages, self.options, *asked)
        record = provenance.build(self.model.name, self.model.weights_hash, request, self.ask["seed"])
        path = self._write(index, media, record)
        self._made[id(media)] = index
        self._provisional[index] = record
        self.tell(Made(index, str(media.modality), str(path)))

    def _settle(self, reply: Any) -> None:
        """The reply's own order and its own record, which knows what was described and drawn beside each other."""
        for part, caption in zip(reply.parts, reply.captions, strict=True):
            if isinstance(part, str):
                self.parts.append({"type": "text", "text": part})
                continue
            # Its place in the whole reply, also where one before it was stopped.
            index = self._made[id(part)]
            if self._provisional[index] != reply.provenance:
                self._write(index, part, reply.provenance)
            path = self._path(index, part)
            self.parts.append({"type": str(part.modality), "path": str(path), "caption": caption})

    def _path(self, index: int, media: Any) -> Path:
        from anygen.media.types import SUFFIX

        return self.folder / f"{self.ask['turn']}-{index}{SUFFIX[media.modality]}"

    def _write(self, index: int, media: Any, record: Mapping[str, Any]) -> Path:
        """The medium and the record beside it, as Reply.save writes them."""
        from anygen.core.atomic import write_files
        from anygen.media import provenance

        path, whole = self._path(index, media), provenance.for_part(record, index, media)
        write_files([(path, media.encode(whole)), (provenance.sidecar(path), provenance.as_json(whole))])
        return path


def _machine() -> dict[str, Any]:
    """What this process can load a model on. Asked here: to ask a card takes some of its memory."""
    from anygen.loading import memory

    return memory.machine().to_dict()


def _free() -> None:
    from anygen.core.devices import free_accelerator_cache

    gc.collect()
    free_accelerator_cache()


def main() -> None:
    """Runs until standard input ends. What libraries print goes to the log, never among the lines."""
    # Ctrl-C is for the server, whose end is the end of the input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    Worker(out, int(sys.argv[1]) if len(sys.argv) > 1 else 1).run(sys.stdin)


if __name__ == "__main__":
    main()
