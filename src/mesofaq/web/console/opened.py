"""What a session has opened: a page that refreshes itself reads nothing that its reader has not read."""

from collections import OrderedDict

__all__ = ["Opened"]


class Opened:
    """Which sessions have opened what; the oldest are forgotten, and audited anew.

    Args:
        most: how many are remembered.
    """

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._pairs: OrderedDict[tuple[str, str], None] = OrderedDict()

    def add(self, session_id: str, what: str) -> None:
        """Remember that a session has opened something."""
        self._pairs[session_id, what] = None
        self._pairs.move_to_end((session_id, what))
        while len(self._pairs) > self._most:
            self._pairs.popitem(last=False)

    def __contains__(self, pair: tuple[str, str]) -> bool:
        return pair in self._pairs
