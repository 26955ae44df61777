"""Labelled messages: one JSON object a line.

    {"id": "faq-001", "text": "does it hurt", "card": "pain", "voice": "fragment"}    one card is right
    {"id": "oos-001", "text": "do you do botox", "field": "near"}                     no card is right
    {"id": "x-1", "text": "do you do botox", "expect": "handoff"}                     the same
    {"id": "red-1", "text": "i cant breathe", "expect": "emergency"}                  any class of the triage
    {"id": "nm-1", "text": "dying to book", "expect": "not_emergency"}                anything but an emergency
    {"id": "act-1", "text": "hello", "expect": "act:greet"}                           any dialogue act

`id`, `voice` (who writes so; else `field`, else `note`) and `part` may be left out; further keys are ignored. A
message belongs to the part `tune` when its line says so, or when its wording is in `content/calibration/`, on which
the thresholds were chosen: wherever it was copied to, its figures flatter. Everything else is held back.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from mesofaq.errors import Code, Problem
from mesofaq.understanding.normalise import fold_for_matching, normalise
from mesofaq.understanding.triage import TriageClass

__all__ = ["Case", "Expectation", "Kind", "Part", "Vocabulary", "read_cases"]

_ACT = "act:"
_CARD = "card:"
_NOT_EMERGENCY = "not_emergency"
_ALLOWED = (
    ", ".join(f"'{name}'" for name in ("handoff", *TriageClass, _NOT_EMERGENCY, "card:<id>")) + " or 'act:<name>'"
)


class Kind(StrEnum):
    """What sort of thing is expected of a message."""

    CARD = "card"
    HANDOFF = "handoff"
    TRIAGE = "triage"
    NOT_EMERGENCY = "not-emergency"
    ACT = "act"


class Part(StrEnum):
    """Whether anything was tuned on a message."""

    TUNE = "tune"
    HELD_BACK = "held-back"


_GROUPS = {
    Kind.CARD: "in-scope",
    Kind.HANDOFF: "out-of-scope",
    Kind.NOT_EMERGENCY: "not-emergency",
    Kind.ACT: "acts",
}
_WORDS = {Kind.HANDOFF: "a person", Kind.NOT_EMERGENCY: "no emergency"}


@dataclass(frozen=True)
class Expectation:
    """What should become of a message.

    Args:
        kind: the sort of thing.
        value: the card's id, the triage class or the act's name; empty where the kind says all.
    """

    kind: Kind
    value: str = ""

    @property
    def group(self) -> str:
        """The name of the messages that are counted together with this one."""
        if self.kind is Kind.TRIAGE:
            return self.value
        return _GROUPS[self.kind]

    def __str__(self) -> str:
        """For people: the card's id, the triage class, `act:<name>`, `a person` or `no emergency`."""
        if self.kind is Kind.ACT:
            return f"{_ACT}{self.value}"
        return self.value or _WORDS[self.kind]


@dataclass(frozen=True)
class Case:
    """One labelled message.

    Args:
        id: unique in its file.
        text: the message as typed.
        expected: what should become of it.
        voice: who writes so, how far from the subject it is, or what is told; empty if the line does not say.
        part: whether anything was tuned on it.
        seen: its wording is one of the bundle's own questions, so that it is recognised for certain.
        place: `file:line`, for people.
    """

    id: str
    text: str
    expected: Expectation
    voice: str
    part: Part
    seen: bool
    place: str


@dataclass(frozen=True)
class Vocabulary:
    """What lines are checked against.

    Args:
        labels: the bundle's labels (`card:pain`, `act:greet`).
        tuned_on: folded wordings of the calibration set.
        known: folded wordings of the bundle's questions.
        text_max_chars: longer messages never reach the understanding.
    """

    labels: Collection[str]
    tuned_on: Collection[str]
    known: Collection[str]
    text_max_chars: int


class _Line(BaseModel):
    """A line as written."""

    model_config = ConfigDict(extra="ignore", strict=True)

    text: str
    id: str | None = Field(None, min_length=1)
    card: str | None = None
    field: str | None = None
    expect: str | None = None
    voice: str | None = None
    note: str | None = None
    part: Part | None = None

    @field_validator("part", mode="before")
    @classmethod
    def _named_part(cls, value: object) -> object:
        # Strict mode takes no string for an enumeration, and everything else here should be strict.
        return Part(value) if isinstance(value, str) and value in list(Part) else value

    def expectation(self) -> Expectation:
        """What the line expects.

        Raises:
            ValueError: it says nothing, or two things, or something unknown.
        """
        if self.card is not None and (self.expect is not None or self.field is not None):
            raise ValueError("'card' stands beside 'expect' or 'field'; only one of them can be right")
        if self.card is not None:
            return Expectation(Kind.CARD, self.card)
        if self.expect is None and self.field is None:
            raise ValueError("it needs 'card' (the right card), or 'field' or 'expect' where no card is right")
        if self.expect is None or self.expect == "handoff":
            return Expectation(Kind.HANDOFF)
        if self.expect in list(TriageClass):
            return Expectation(Kind.TRIAGE, self.expect)
        if self.expect == _NOT_EMERGENCY:
            return Expectation(Kind.NOT_EMERGENCY)
        for kind, prefix in ((Kind.CARD, _CARD), (Kind.ACT, _ACT)):
            if self.expect.startswith(prefix):
                return Expectation(kind, self.expect.removeprefix(prefix))
        raise ValueError(f"'expect' is '{self.expect}'; it can be {_ALLOWED}")


def read_cases(files: Sequence[Path], vocabulary: Vocabulary) -> list[Case]:
    """Read every labelled message of `files`.

    Args:
        files: JSONL files; empty lines are skipped.
        vocabulary: what the lines are checked against.

    Returns:
        The messages in the order of the files.

    Raises:
        Problem: `not-found` for a file that is not there; `invalid-request`, naming file and line, for a line that
            cannot be used: half a set would give figures of another set.
    """
    cases: list[Case] = []
    for path in files:
        places: dict[str, str] = {}
        for number, raw in _lines(path):
            place = f"{path}:{number}"
            try:
                case = _case(raw, place, f"{path.stem}:{number}", vocabulary)
                if case.id in places:
                    raise ValueError(f"the id '{case.id}' is taken by {places[case.id]}")
            except ValidationError as error:
                first = error.errors()[0]
                name = ".".join(str(step) for step in first["loc"])
                raise Problem(Code.INVALID_REQUEST, f"{place}: {name}: {first['msg']}.") from None
            except ValueError as error:
                raise Problem(Code.INVALID_REQUEST, f"{place}: {error}.") from None
            places[case.id] = place
            cases.append(case)
    return cases


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, IsADirectoryError):
        raise Problem(Code.NOT_FOUND, f"There is no file '{path}'. Name a JSONL file of labelled messages.") from None
    except UnicodeDecodeError:
        raise Problem(Code.INVALID_REQUEST, f"{path}:1: the file is not UTF-8 text.") from None
    # Not splitlines: it would also split at separators that may stand inside a message.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line


def _case(raw: str, place: str, fallback_id: str, vocabulary: Vocabulary) -> Case:
    try:
        row = json.loads(raw)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON ({error.msg})") from None
    if not isinstance(row, dict):
        raise ValueError("it is no JSON object")
    if "turns" in row:
        raise ValueError("it is a dialogue ('turns'), and only single messages are judged here")
    line = _Line.model_validate(row)
    if not normalise(line.text):
        raise ValueError("the text is empty")
    if len(line.text) > vocabulary.text_max_chars:
        raise ValueError(f"the text is longer than {vocabulary.text_max_chars} characters, which the service refuses")
    expected = line.expectation()
    if expected.kind in (Kind.CARD, Kind.ACT) and f"{expected.kind}:{expected.value}" not in vocabulary.labels:
        name = "card" if expected.kind is Kind.CARD else "dialogue act"
        raise ValueError(f"the bundle has no {name} '{expected.value}'")
    folded = fold_for_matching(line.text)
    tuned = folded in vocabulary.tuned_on
    return Case(
        id=line.id or fallback_id,
        text=line.text,
        expected=expected,
        voice=line.voice or line.field or line.note or "",
        # A line cannot declare itself held back once its wording was tuned on.
        part=Part.TUNE if tuned else line.part or Part.HELD_BACK,
        seen=folded in vocabulary.known,
        place=place,
    )
