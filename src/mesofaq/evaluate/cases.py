"""Labelled messages and dialogues: one JSON object a line.

    {"id": "faq-001", "text": "does it hurt", "card": "pain", "voice": "fragment"}    one card is right
    {"id": "oos-001", "text": "do you do botox", "field": "near"}                     no card is right
    {"id": "red-1", "text": "i cant breathe", "expect": "emergency"}                  anything that `expectations` lists
    {"id": "dlg-1", "turns": [{"user": "hi", "expect": "act:greet"}, …]}              a dialogue, played as a whole

`id`, `voice` (who writes so; else `field`, else `note`) and `part` may be left out; further keys are ignored.

A line belongs to the part that it names, `tune` or `held-back`; one without a part is a *development* message, that
may have been looked at. Whatever its line says, a message whose wording is in `content/calibration/`, on which the
thresholds were chosen, belongs to `tune`, and so does a dialogue where each wording is: their figures flatter.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from mesofaq.errors import Code, Problem
from mesofaq.evaluate.expectations import Expectation, Kind, read_expectation
from mesofaq.understanding.normalise import fold_for_matching, normalise

__all__ = ["Case", "Dialogue", "Labelled", "Part", "Turn", "Vocabulary", "read_cases"]


class Part(StrEnum):
    """Whether anything was tuned on a message, the surest figures first."""

    HELD_BACK = "held-back"
    DEVELOPMENT = "development"
    TUNE = "tune"


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
class Turn:
    """What a patient says in a dialogue, and what should become of it."""

    text: str
    expected: Expectation


@dataclass(frozen=True)
class Dialogue:
    """One labelled dialogue; its turns are said one after another in one conversation."""

    id: str
    turns: tuple[Turn, ...]
    part: Part
    place: str


@dataclass(frozen=True)
class Labelled:
    """Everything that was read, in the order of the files."""

    messages: tuple[Case, ...]
    dialogues: tuple[Dialogue, ...]


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


class _Turn(BaseModel):
    """A turn as written."""

    model_config = ConfigDict(extra="ignore", strict=True)

    user: str
    expect: str


class _Line(BaseModel):
    """A line as written."""

    model_config = ConfigDict(extra="ignore", strict=True)

    text: str = ""
    turns: list[_Turn] | None = Field(None, min_length=1)
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

    def expectation(self, labels: Collection[str]) -> Expectation:
        """What the line expects of its message.

        Raises:
            ValueError: it says nothing, or two things, or something unknown.
        """
        if self.card is not None and (self.expect is not None or self.field is not None):
            raise ValueError("'card' stands beside 'expect' or 'field'; only one of them can be right")
        if self.card is not None:
            return read_expectation(f"card:{self.card}", labels)
        if self.expect is None and self.field is None:
            raise ValueError("it needs 'card' (the right card), or 'field' or 'expect' where no card is right")
        return Expectation(Kind.HANDOFF) if self.expect is None else read_expectation(self.expect, labels)


def read_cases(files: Sequence[Path], vocabulary: Vocabulary) -> Labelled:
    """Read every labelled message and dialogue of `files`.

    Args:
        files: JSONL files; empty lines are skipped.
        vocabulary: what the lines are checked against.

    Returns:
        The messages and the dialogues.

    Raises:
        Problem: `not-found` for a file that is not there; `invalid-request`, naming file and line, for a line that
            cannot be used: half a set would give figures of another set.
    """
    found: list[Case | Dialogue] = []
    for path in files:
        places: dict[str, str] = {}
        for number, raw in _lines(path):
            place = f"{path}:{number}"
            try:
                item = _read(raw, place, f"{path.stem}:{number}", vocabulary)
                if item.id in places:
                    raise ValueError(f"the id '{item.id}' is taken by {places[item.id]}")
            except ValidationError as error:
                first = error.errors()[0]
                name = ".".join(str(step) for step in first["loc"])
                raise Problem(Code.INVALID_REQUEST, f"{place}: {name}: {first['msg']}.") from None
            except ValueError as error:
                raise Problem(Code.INVALID_REQUEST, f"{place}: {error}.") from None
            places[item.id] = place
            found.append(item)
    return Labelled(
        messages=tuple(item for item in found if isinstance(item, Case)),
        dialogues=tuple(item for item in found if isinstance(item, Dialogue)),
    )


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


def _read(raw: str, place: str, fallback_id: str, vocabulary: Vocabulary) -> Case | Dialogue:
    try:
        row = json.loads(raw)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON ({error.msg})") from None
    if not isinstance(row, dict):
        raise ValueError("it is no JSON object")
    if "turns" not in row and "text" not in row:
        raise ValueError("it needs 'text' (a message) or 'turns' (a dialogue)")
    line = _Line.model_validate(row)
    said = [turn.user for turn in line.turns] if line.turns else [line.text]
    for text in said:
        _check(text, vocabulary)
    folded = [fold_for_matching(text) for text in said]
    # A line cannot declare itself held back once its wording was tuned on.
    tuned = all(text in vocabulary.tuned_on for text in folded)
    part = Part.TUNE if tuned else line.part or Part.DEVELOPMENT
    if line.turns:
        if "text" in row or "card" in row or "expect" in row:
            raise ValueError("'turns' stands beside 'text', 'card' or 'expect', which belong into the turns")
        turns = [Turn(turn.user, read_expectation(turn.expect, vocabulary.labels, of_turn=True)) for turn in line.turns]
        return Dialogue(line.id or fallback_id, tuple(turns), part, place)
    return Case(
        id=line.id or fallback_id,
        text=line.text,
        expected=line.expectation(vocabulary.labels),
        voice=line.voice or line.field or line.note or "",
        part=part,
        seen=folded[0] in vocabulary.known,
        place=place,
    )


def _check(text: str, vocabulary: Vocabulary) -> None:
    if not normalise(text):
        raise ValueError("the text is empty")
    if len(text) > vocabulary.text_max_chars:
        raise ValueError(f"the text is longer than {vocabulary.text_max_chars} characters, which the service refuses")
