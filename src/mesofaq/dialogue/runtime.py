"""What the actions of this process speak with. rasa-sdk makes action objects itself, so they cannot be handed it."""

from mesofaq.content.screening import ScreeningProtocol
from mesofaq.dialogue.replies import Replies

__all__ = ["Runtime", "current", "install"]


class Runtime:
    """The live replies and protocol. Replaced whole when a new bundle is loaded.

    Args:
        replies: composes what is said.
        protocol: the screening protocol that is live.
    """

    def __init__(self, replies: Replies, protocol: ScreeningProtocol) -> None:
        self.replies = replies
        self.protocol = protocol


_current: Runtime | None = None


def install(runtime: Runtime | None) -> None:
    """Make `runtime` the one that actions use from now on."""
    global _current
    _current = runtime


def current() -> Runtime:
    """The installed runtime.

    Raises:
        RuntimeError: none is installed: an action ran outside the service.
    """
    if _current is None:
        raise RuntimeError("no runtime is installed; actions run inside the mesofaq service")
    return _current
