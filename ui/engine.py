"""The engine: one per server. A fair queue in front of one worker process, whose events it keeps and writes into the store.

A thread of its own reads what the worker says, so an answer goes on when its browser is closed. A worker that dies is
started again: the ask it was at has failed, those that wait are kept.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from anygen.core.errors import PromptError
from anygen.core.seeds import check_seed
from anygen.messages.options import GenerationOptions
from anygen_ui.protocol import Ask, Event, Failed, Finished, Loading, Made, Waiting, WorkerProcess, from_wire
from anygen_ui.scheduling import DEFAULT_LIMITS, FairQueue, Limits, Planner, Ticket
from anygen_ui.store import Store
from anygen_ui.tables import Part

logger = logging.getLogger(__name__)

SAVE_EVERY = 2.0
"""Seconds between two writings of the words of an answer that is on its way."""
CLEAN_EVERY = 600.0
STARTS = 3
"""Times in a row that a worker may end before it was ready, until those who wait are told."""


class Engine:
    """Takes asks, and answers them one after the other. Every call returns at once, but `wait` and the first plan."""

    def __init__(self, store: Store, limits: Limits = DEFAULT_LIMITS) -> None:
        self.store, self.limits = store, limits
        self._queue = FairQueue()
        self._tickets: OrderedDict[str, Ticket] = OrderedDict()
        self._current: str | None = None
        self._process: WorkerProcess | None = None
        self._is_ready = self._is_closed = False
        # Held by whoever looks at or changes the above; told of every event.
        self._changed = threading.Condition(threading.RLock())
        self._planner = Planner()
        self._cleaned = -CLEAN_EVERY
        store.recover()
        self._thread = threading.Thread(target=self._run, name="anygen-engine", daemon=True)
        self._thread.start()
        self._clock = threading.Thread(target=self._watch, name="anygen-engine-clock", daemon=True)
        self._clock.start()

    # What the page calls

    def submit(self, ask: Ask) -> str:
        """Put an ask into the queue; its ticket. Raises PromptError with one sentence where it is refused; its turn has
        then failed with that sentence."""
        try:
            load = self._check(ask)
            with self._changed:
                if self._is_closed:
                    raise PromptError("the engine is closed; start the app again")
                if ask.turn in self._tickets:
                    raise PromptError("this turn is being answered already")
                if self._queue.count(ask.visitor) >= self.limits.waiting_per_visitor:
                    raise PromptError(
                        f"{self.limits.waiting_per_visitor} of your asks are waiting already; wait for one, or stop one"
                    )
                if len(self._queue) >= self.limits.waiting:
                    raise PromptError("too many asks are waiting already; try again in a while")
                self._tickets[ask.turn] = Ticket(ask, load)
                self._queue.add(ask.visitor, ask.turn)
                self._dispatch()
        except PromptError as error:
            is_theirs = self.store.is_running(ask.visitor, ask.conversation, ask.turn)
            if is_theirs and ask.turn not in self._tickets:
                self.store.fill(ask.visitor, ask.conversation, ask.turn, [], "failed", str(error))
            raise
        return ask.turn

    def events(self, ticket: str, after: int = 0) -> list[Event]:
        """Those from index `after` on; none where the ticket is long finished and forgotten."""
        with self._changed:
            found = self._tickets.get(ticket)
            if found is None:
                return []
            self._tickets.move_to_end(ticket)
            return found.events[after:]

    def wait(self, ticket: str, after: int, timeout: float) -> list[Event]:
        """As `events`, but waits until there is one, the ticket is finished, or `timeout` seconds have gone."""

        def is_there() -> bool:
            found = self._tickets.get(ticket)
            return found is None or len(found.events) > after or found.is_over

        with self._changed:
            self._changed.wait_for(is_there, timeout)
            return self.events(ticket, after)

    def state(self, ticket: str) -> str:
        """waiting, running, done, stopped or failed; of a forgotten ticket, what the store says."""
        with self._changed:
            if ticket in self._tickets:
                return self._tickets[ticket].state
        return self.store.turn_state(ticket)

    def place(self, ticket: str) -> int:
        """The place in the queue, 1 being next; 0 where it is not waiting."""
        with self._changed:
            found = self._tickets.get(ticket)
            return found.place if found is not None and found.state == "waiting" else 0

    def ticket_of(self, turn: str) -> str | None:
        """The ticket of a turn that is waiting or being answered, or whose events are still kept."""
        with self._changed:
            return turn if turn in self._tickets else None

    def stop(self, ticket: str) -> None:
        """One that waits leaves the queue; one that is being answered ends at its next token or step, and what is
        finished is kept. A model that is being loaded is loaded first."""
        with self._changed:
            found = self._tickets.get(ticket)
            if found is None:
                return
            if self._queue.remove(ticket):
                self._end(ticket, Finished(found.ask.seed, {}, stopped=True), [])
            elif ticket == self._current and not found.stopped_at:
                found.stopped_at = time.monotonic()
                self._send({"do": "stop", "turn": ticket})

    def memory_plan(self, model: str) -> dict[str, Any]:
        """What a model takes, part by part, and what fits on this machine (anygen.loading.doctor). Raises PromptError."""
        return self._planner.plan(model)

    def prepare(self, model: str) -> None:
        """Load a model before anybody asks for it, where nobody is being answered. Raises PromptError."""
        load = dict(self.limits.load) or self._planner.how_to_load(model)
        with self._changed:
            if self._is_ready and self._current is None:
                self._send({"do": "prepare", "model": model, "load": load})

    def close(self) -> None:
        """End the worker; answers that are not finished are stopped, with what there is of them."""
        with self._changed:
            self._is_closed = True
            if self._process is not None:
                self._process.kill()
            self._changed.notify_all()
        self._thread.join(timeout=10)
        self._clock.join(timeout=10)

    # What may be asked

    def _check(self, ask: Ask) -> dict[str, Any]:
        """How its model is to be loaded. Raises PromptError for what cannot be answered, before it waits for that."""
        if not self.store.is_running(ask.visitor, ask.conversation, ask.turn):
            raise PromptError("there is no such answer to fill among yours; it may have been removed")
        for message in ask.messages:
            content = message.get("content")
            for part in content if isinstance(content, (list, tuple)) else ():
                if part.get("type") != "text" and not (
                    isinstance(part.get("path"), str) and self.store.files.holds(ask.visitor, part["path"])
                ):
                    raise PromptError("a file of the conversation is not among yours any more; send it again")
        try:
            check_seed(ask.seed)
            GenerationOptions.from_dict(ask.options)
        except ValueError as error:
            raise PromptError(str(error)) from error
        return dict(self.limits.load) or self._planner.how_to_load(ask.model)

    # The queue and the worker; all of it under the lock

    def _dispatch(self) -> None:
        """Give the worker its next ask, where it has none, and tell the others their places."""
        while self._is_ready and self._current is None and (ticket := self._queue.next()) is not None:
            found = self._tickets[ticket]
            ask = found.ask
            try:
                is_wanted = self.store.has_turn(ask.conversation, ticket)
                folder = str(self.store.files.visitor_folder(ask.visitor))
            except Exception:
                logger.exception("the store cannot be read")
                self._end(ticket, Failed("The store cannot be read; see the server's log."), [])
                continue
            if not is_wanted:
                self._end(ticket, Finished(ask.seed, {}, stopped=True), [])
                continue
            self._current = ticket
            found.state, found.began = "running", time.monotonic()
            self._send({"do": "answer", "ask": asdict(ask), "folder": folder, "load": dict(found.load)})
        for place, ticket in enumerate(self._queue.order(), start=1):
            if self._tickets[ticket].place != place:
                self._tickets[ticket].place = place
                self._tickets[ticket].events.append(Waiting(place))
        self._changed.notify_all()

    def _send(self, values: Mapping[str, Any]) -> None:
        # Where it is dead, the thread that reads from it finds that out and says so.
        if self._process is None or not self._process.send(values):
            logger.debug("the worker is gone")

    def _end(self, ticket: str, event: Finished | Failed, parts: list[Part]) -> None:
        """The last event of a ticket; its turn gets what there is. The store comes first: who sees the event finds it."""
        found = self._tickets[ticket]
        state = "failed" if isinstance(event, Failed) else "stopped" if event.stopped else "done"
        if not self._fill(found, parts, state, event):
            event, state = Failed("The answer could not be kept; see the server's log."), "failed"
            self._fill(found, [part for part in parts if part.type == "text"], state, event)
        found.state, found.place = state, 0
        found.events.append(event)
        if self._current == ticket:
            self._current = None
        self._forget()
        self._dispatch()

    def _fill(
        self, found: Ticket, parts: list[Part], state: str = "running", end: Finished | Failed | None = None
    ) -> bool:
        """Put into the store what there is; False where it cannot be (a full disk), which must not end the engine."""
        ask = found.ask
        error = end.sentence if isinstance(end, Failed) else ""
        timings = end.timings if isinstance(end, Finished) else {}
        try:
            is_there = self.store.fill(ask.visitor, ask.conversation, ask.turn, parts, state, error, timings)
        except Exception:
            logger.exception("an answer could not be written into the store")
            return False
        if not is_there and end is None:
            # Its turn was removed, so nobody waits for the rest.
            self.stop(ask.turn)
        return True

    def _forget(self) -> None:
        """Drop the events of tickets that ended, the ones not looked at for longest first."""
        ended = [name for name, each in self._tickets.items() if each.is_over]
        for name in ended[: max(0, len(ended) - self.limits.finished_kept)]:
            del self._tickets[name]

    # The thread that reads what the worker says

    def _run(self) -> None:
        failed_starts = 0
        while True:
            with self._changed:
                if self._is_closed:
                    self._end_waiting(None)
                    return
                self._process = WorkerProcess(self.limits.models_held)
            was_ready = self._read(self._process)
            with self._changed:
                self._is_ready = False
                code = self._process.wait()
                if self._current is not None:
                    self._end_current(code)
                if self._is_closed:
                    continue
                failed_starts = 0 if was_ready else failed_starts + 1
                if failed_starts >= STARTS:
                    self._end_waiting(Failed("The model's process does not start; see the server's log."))
                logger.warning("the worker ended with %s and is started again", code)
                # Not at once where it cannot start at all.
                self._changed.wait_for(lambda: self._is_closed, min(30.0, 2.0**failed_starts - 1))

    def _read(self, process: WorkerProcess) -> bool:
        """Follow the worker until it ends; whether it was ready."""
        was_ready = False
        for said in process.said():
            with self._changed:
                if said["is"] == "ready":
                    was_ready = self._is_ready = True
                    self._planner.tell(said["machine"])
                    self._dispatch()
                elif said["turn"] == self._current and said["is"] == "begun":
                    self._tickets[said["turn"]].is_begun = True
                elif said["turn"] == self._current:
                    self._take(said["turn"], said)
        return was_ready

    def _take(self, ticket: str, said: dict[str, Any]) -> None:
        """One event of the answer that is on its way."""
        found, is_end = self._tickets[ticket], said.pop("is") == "end"
        del said["turn"]
        parts = said.pop("parts", [])
        event = from_wire(said)
        if isinstance(event, Finished):
            self._end(ticket, event, [Part(**part) for part in parts])
            return
        if isinstance(event, Failed) and is_end:
            self._end(ticket, event, found.parts())
            return
        found.take(event)
        # A medium is kept as soon as it is there, words now and then: the server may end at any time.
        is_due = time.monotonic() - found.saved > SAVE_EVERY and not isinstance(event, Loading)
        if isinstance(event, Made) or is_due:
            self._fill(found, found.parts())
            found.saved = time.monotonic()
        self._changed.notify_all()

    def _end_current(self, code: int) -> None:
        """The worker died, or was ended, at the ask it had."""
        assert self._current is not None
        found = self._tickets[self._current]
        if not found.is_begun and not self._is_closed and not found.stopped_at:
            # It died before it took the ask, whose fault it cannot be.
            found.state, self._current = "waiting", None
            self._queue.put_back(found.ask.visitor, found.ask.turn)
            self._dispatch()
            return
        if self._is_closed or found.stopped_at:
            end: Finished | Failed = Finished(found.ask.seed, {}, stopped=True)
        else:
            why = " (it was killed, as it is where memory runs out)" if code == -9 else ""
            end = Failed(
                f"The model's process ended while it was answering{why}; it is started again, and you can ask again."
            )
        self._end(self._current, end, found.parts())

    def _end_waiting(self, event: Failed | None) -> None:
        """End all that wait: with `event`, or as stopped."""
        while (ticket := self._queue.next()) is not None:
            self._end(ticket, event or Finished(self._tickets[ticket].ask.seed, {}, stopped=True), [])

    def _watch(self) -> None:
        """Once a second: stop an answer that takes too long, end a worker that does not stop, remove old files."""
        while not self._is_closed:
            with self._changed:
                found = None if self._current is None else self._tickets[self._current]
                if found is not None:
                    now = time.monotonic()
                    if now - found.began > self.limits.seconds_per_answer:
                        self.stop(found.ask.turn)
                    if found.stopped_at and now - found.stopped_at > self.limits.grace and self._process:
                        self._process.kill()
                self._changed.wait_for(lambda: self._is_closed, 1.0)
            self._clean()

    def _clean(self) -> None:
        if time.monotonic() - self._cleaned > CLEAN_EVERY and not self._is_closed:
            self._cleaned = time.monotonic()
            try:
                self.store.files.clean(self.limits.rule)
            except Exception:
                logger.exception("old files could not be removed")
