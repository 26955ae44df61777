"""What clinicians own for other languages than English, as typed data: red flags and the few fixed texts."""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from mesofaq.content.models import Review

__all__ = ["LanguageFlags", "LanguageFlagsFile", "LanguageTexts", "LanguageTextsFile"]

_SHORTEST_STEM = 4


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _different(wordings: tuple[str, ...]) -> tuple[str, ...]:
    twice = [wording for wording, count in Counter(item.strip().casefold() for item in wordings).items() if count > 1]
    if twice:
        raise ValueError(f"'{twice[0]}' stands here twice; remove one of them")
    return wordings


def _usable(wordings: tuple[str, ...]) -> tuple[str, ...]:
    if not wordings:
        raise ValueError("the list is empty; write a wording or remove the list")
    for wording in wordings:
        if not wording.strip():
            raise ValueError("a wording is empty; remove it")
        for word in _alternatives(wording):
            if not word.rstrip("*"):
                raise ValueError(f"'{wording}' has nothing on one side of a '/'; write a word there")
            alone = len(wording.split()) == 1 and word.endswith("*")
            if alone and len(word.rstrip("*")) < _SHORTEST_STEM:
                raise ValueError(f"'{word}' begins too many words; write four letters or more before the '*'")
    return _different(wordings)


def _alternatives(wording: str) -> Iterable[str]:
    return (word for slot in wording.split() for word in slot.split("/"))


Words = Annotated[tuple[str, ...], AfterValidator(_different)]
Wordings = Annotated[tuple[str, ...], AfterValidator(_usable)]
Code = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
FlagId = Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
Sentence = Annotated[str, Field(min_length=1)]


class LanguageFlags(_Frozen):
    """The red flags of one language, and what turns them off."""

    name: str
    denied_before: Words = ()
    denied_after: Words = ()
    denial_ends: Words = ()
    only_asked: Words = ()
    emergency: dict[FlagId, Wordings] = Field(min_length=1)
    self_harm: Wordings


class LanguageFlagsFile(_Frozen):
    """`content/triage_languages.yml`."""

    review: Review
    languages: dict[Code, LanguageFlags]


class LanguageTexts(_Frozen):
    """The fixed texts of one language, each written in it."""

    name: str
    other_language: Sentence
    emergency: Sentence
    emergency_self_harm: Sentence


class LanguageTextsFile(_Frozen):
    """`content/languages.yml`."""

    review: Review
    languages: dict[Code, LanguageTexts]
