"""Ready-made replies that staff put into their own answer and may change before they send it."""

from collections import Counter

from pydantic import Field, field_validator

from mesofaq.content.models import Frozen, Review

__all__ = ["CannedFile", "CannedReply"]


class CannedReply(Frozen):
    """One of them: `title` is what staff choose it by."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str = Field(min_length=1, max_length=60)
    text: str = Field(min_length=1, max_length=2000)


class CannedFile(Frozen):
    """`canned.yml`, whole."""

    review: Review
    replies: tuple[CannedReply, ...]

    @field_validator("replies")
    @classmethod
    def _different(cls, replies: tuple[CannedReply, ...]) -> tuple[CannedReply, ...]:
        twice = [name for name, count in Counter(reply.id for reply in replies).items() if count > 1]
        if twice:
            raise ValueError(f"the id '{twice[0]}' stands here twice; give one of them another")
        return replies
