"""What a way to the outside is, and what comes of one attempt."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from mesofaq.store.outbox import Notice

__all__ = ["ARRIVED", "AT_ONCE", "Outcome", "Way"]

AT_ONCE = 4
"""How many deliveries of one way are under way at once, at most."""


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt.

    `fault` is None when it arrived; else a class's name or a status, never a text of the other side. `refused` counts
    those of several recipients who did not get it. `gone` means: never again.
    """

    fault: str | None = None
    retry_after: timedelta | None = None
    gone: bool = False
    refused: int = 0


ARRIVED = Outcome()


class Way(Protocol):
    """One way to the outside. `send` may be called any number of times at once."""

    @property
    def name(self) -> str:
        """Its name in the record, at most 32 characters."""

    @property
    def where(self) -> str:
        """Where it leads, for people; it holds no secret."""

    async def send(self, notice: Notice) -> Outcome:
        """Try once. Any exception counts as a failure, by the name of its class."""

    async def close(self) -> None:
        """Let go of connections and threads."""
