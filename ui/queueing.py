"""Who is next: visitors take turns, and each visitor's asks are answered in the order they came."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator


class FairQueue:
    """Tickets that wait, by visitor. Not locked: its owner is."""

    def __init__(self) -> None:
        # In the order in which visitors are served next; one with nothing waiting is absent.
        self._waiting: dict[str, deque[str]] = {}

    def add(self, visitor: str, ticket: str) -> None:
        """A visitor who has none waiting joins behind all the others."""
        self._waiting.setdefault(visitor, deque()).append(ticket)

    def next(self) -> str | None:
        """Take the ticket that is served now; its visitor goes behind all the others."""
        if not self._waiting:
            return None
        visitor = next(iter(self._waiting))
        tickets = self._waiting.pop(visitor)
        ticket = tickets.popleft()
        if tickets:
            self._waiting[visitor] = tickets
        return ticket

    def put_back(self, visitor: str, ticket: str) -> None:
        """What was taken was not begun: it is next again."""
        tickets = self._waiting.pop(visitor, deque())
        tickets.appendleft(ticket)
        self._waiting = {visitor: tickets, **self._waiting}

    def remove(self, ticket: str) -> bool:
        """Take one out of the queue; whether it was there."""
        for visitor, tickets in self._waiting.items():
            if ticket in tickets:
                tickets.remove(ticket)
                if not tickets:
                    del self._waiting[visitor]
                return True
        return False

    def order(self) -> Iterator[str]:
        """All tickets in the order in which they will be served, if nobody else comes."""
        rows = [list(tickets) for tickets in self._waiting.values()]
        for round_number in range(max(map(len, rows), default=0)):
            yield from (row[round_number] for row in rows if round_number < len(row))

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def count(self, visitor: str) -> int:
        """How many of a visitor's are waiting."""
        return len(self._waiting.get(visitor, ()))
