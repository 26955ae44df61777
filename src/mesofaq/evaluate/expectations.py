"""What is expected of a message, or of a turn of a dialogue, as it is written in `expect`.

    of both       card:<id>               this card is shown
                  handoff                 a person answers; no card does
                  act:<name>              a dialogue act
                  emergency, complication, medicine_change, personal_medical
    of messages   not_emergency           anything but an emergency
                  language:<code>         it is in this language (ISO 639-1), not in English
                  language:none           it is in English, or one cannot tell
    of turns      cards:<id>,<id>         each of these cards is shown
                  clarify_or_card:<id>    this card is shown, or is among those offered
                  screening               the health questions go on
                  sources                 the sources of the last answer are named

How it is judged whether that came is in `judge` (messages) and `turns`.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from mesofaq.understanding.triage import TriageClass

__all__ = ["Expectation", "Kind", "read_expectation"]


class Kind(StrEnum):
    """What sort of thing is expected."""

    CARD = "card"
    CARDS = "cards"
    CLARIFY_OR_CARD = "clarify_or_card"
    HANDOFF = "handoff"
    TRIAGE = "triage"
    NOT_EMERGENCY = "not_emergency"
    LANGUAGE = "language"
    ACT = "act"
    SCREENING = "screening"
    SOURCES = "sources"


_OF_BOTH = frozenset({Kind.CARD, Kind.HANDOFF, Kind.TRIAGE, Kind.ACT})
_OF_MESSAGES = _OF_BOTH | {Kind.NOT_EMERGENCY, Kind.LANGUAGE}
_OF_TURNS = _OF_BOTH | {Kind.CARDS, Kind.CLARIFY_OR_CARD, Kind.SCREENING, Kind.SOURCES}
_WITH_VALUE = {
    Kind.CARD: "card:<id>",
    Kind.CARDS: "cards:<id>,<id>",
    Kind.CLARIFY_OR_CARD: "clarify_or_card:<id>",
    Kind.ACT: "act:<name>",
    Kind.LANGUAGE: "language:<code>",
}
_NO_LANGUAGE = "none"
_LANGUAGE = re.compile(r"[a-z]{2}")
_GROUPS = {
    Kind.CARD: "in-scope",
    Kind.HANDOFF: "out-of-scope",
    Kind.NOT_EMERGENCY: "not-emergency",
    Kind.ACT: "acts",
}
_WORDS = {
    Kind.HANDOFF: "a person",
    Kind.NOT_EMERGENCY: "no emergency",
    Kind.SCREENING: "the health questions go on",
    Kind.SOURCES: "the sources",
}


@dataclass(frozen=True)
class Expectation:
    """What should become of a message or a turn.

    Args:
        kind: the sort of thing.
        value: the card's id (or ids, with commas), the triage class, the act's name or the language; empty where the
            kind says all.
    """

    kind: Kind
    value: str = ""

    @property
    def group(self) -> str:
        """The name of the messages that are counted together with this one (turns are counted all together)."""
        if self.kind is Kind.LANGUAGE:
            return "language-none" if self.value == _NO_LANGUAGE else "language"
        return self.value if self.kind is Kind.TRIAGE else _GROUPS[self.kind]

    @property
    def cards(self) -> tuple[str, ...]:
        """The cards that may be shown."""
        named = self.kind in (Kind.CARD, Kind.CARDS, Kind.CLARIFY_OR_CARD)
        return tuple(self.value.split(",")) if named else ()

    @property
    def topic(self) -> str:
        """A few words for what is expected, under which turns are broken down."""
        if self.kind in (Kind.TRIAGE, Kind.ACT):
            return str(self)
        return {Kind.CARD: "a card", Kind.CARDS: "two cards", Kind.CLARIFY_OR_CARD: "a card, or asking back"}.get(
            self.kind, _WORDS.get(self.kind, "")
        )

    def __str__(self) -> str:
        """For people: the card's id, the triage class, `act:<name>`, `a person`, `no emergency`."""
        if self.kind in (Kind.ACT, Kind.LANGUAGE):
            return f"{self.kind}:{self.value}"
        if self.kind is Kind.CARDS:
            return " and ".join(self.cards)
        if self.kind is Kind.CLARIFY_OR_CARD:
            return f"{self.value}, shown or offered"
        return self.value or _WORDS[self.kind]


def read_expectation(text: str, labels: Collection[str], *, of_turn: bool = False) -> Expectation:
    """Read what `expect` says.

    Args:
        text: the words under `expect`.
        labels: the bundle's labels (`card:pain`, `act:greet`); a card or an act must be among them.
        of_turn: it is a turn of a dialogue, of which other things can be expected than of a message.

    Raises:
        ValueError: nothing of that sort can be expected; or the bundle has no such card or act.
    """
    name, colon, value = text.partition(":")
    allowed = _OF_TURNS if of_turn else _OF_MESSAGES
    if text in list(TriageClass):
        expected = Expectation(Kind.TRIAGE, text)
    elif name in allowed - {Kind.TRIAGE} and bool(colon) == (name in _WITH_VALUE):
        expected = Expectation(Kind(name), value)
    else:
        others = [_WITH_VALUE.get(kind, str(kind)) for kind in Kind if kind in allowed - {Kind.TRIAGE}]
        shown = ", ".join(f"'{name}'" for name in (*TriageClass, *others))
        raise ValueError(f"'expect' is '{text}'; it can be {shown}")
    if expected.kind is Kind.CARDS and len(set(expected.cards)) != len(expected.cards):
        raise ValueError(f"'expect' names a card twice: '{text}'")
    if expected.kind is Kind.LANGUAGE and value != _NO_LANGUAGE and not _LANGUAGE.fullmatch(value):
        raise ValueError(f"'{value}' is no language: write its two letters, as in 'language:fr', or 'language:none'")
    if expected.kind is Kind.ACT and f"act:{value}" not in labels:
        raise ValueError(f"the bundle has no dialogue act '{value}'")
    for card in expected.cards:
        if f"card:{card}" not in labels:
            raise ValueError(f"the bundle has no card '{card}'")
    return expected
