"""What may be stored: texts that both databases can hold, ids as this store writes them."""

from uuid import UUID

__all__ = ["clean_text", "is_id"]


def is_id(value: str) -> bool:
    """Whether `value` is a UUID as this store writes it: anything else is absent without a query."""
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False


def clean_text(text: str) -> str:
    """Make a text storable: no U+0000, which PostgreSQL cannot hold, and U+FFFD for half a surrogate pair.

    Neither can be typed or seen. The same is done on SQLite, so that a record can move from one to the other.
    """
    if "\x00" in text:
        text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
