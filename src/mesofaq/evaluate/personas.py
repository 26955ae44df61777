"""Personas of the pre-screening: patients as data, who answer whatever they are asked, in whatever order.

    {"id": "a04", "part": "tune", "opening": "Hi, could I have this? I take Eliquis", "says": {"allergy": "nope", …},
     "again": {"liver": "no"}, "details": {"blood_thinners": "5 mg twice a day"}, "whose": "my mum",
     "interrupts": [{"at": "heart", "says": "does it hurt?", "kind": "question", "card": "pain"}],
     "corrections": [{"at": "result", "says": "wait, I do have lupus"}], "volunteered": ["blood_thinners"],
     "flags": ["blood_thinners"], "yes": ["blood_thinners"], "noted": [], "result": "review"}

`says` is the answer to each item; `again` what is said when it is asked a second time (else a plain answer that fits
`flags` and `yes`), `details` the answer to a follow-up. `yes` are the flagged items that the patient said yes to: a
contraindication that was stated.
"""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mesofaq.errors import Code, Problem
from mesofaq.evaluate.cases import Part

__all__ = ["Correction", "Interruption", "InterruptionKind", "Persona", "holds_personas", "read_personas"]

AT_THE_END = "result"


class InterruptionKind(StrEnum):
    """What comes in between."""

    QUESTION = "question"
    OUTSIDE = "outside"
    WHY = "why"
    CHAT = "chat"


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Interruption(_Line):
    """Something said instead of the answer to item `at`; `card` is the one that answers a question."""

    at: str
    says: str
    kind: InterruptionKind
    card: str | None = None


class Correction(_Line):
    """Something taken back when item `at` is asked, or after the result (`at: result`)."""

    at: str
    says: str


class Persona(_Line):
    """One patient; the module's docstring explains each field."""

    id: str
    part: Part
    about: str = ""
    opening: str
    whose: str | None = None
    says: dict[str, str]
    again: dict[str, str] = {}
    details: dict[str, str] = {}
    interrupts: tuple[Interruption, ...] = ()
    corrections: tuple[Correction, ...] = ()
    volunteered: tuple[str, ...] = ()
    volunteered_later: dict[str, str] = {}
    flags: tuple[str, ...]
    yes: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    result: Literal["no_flags", "review", "postpone"]
    place: str = Field("", exclude=True)

    def plain_answer(self, item: str) -> str:
        """What is said when an item is asked once more and the line does not tell: as it is, in one word."""
        return "yes" if item in self.yes else "not sure" if item in self.flags else "no"


def holds_personas(path: Path) -> bool:
    """Whether a file holds personas and not messages or dialogues, by its first line."""
    try:
        with path.open(encoding="utf-8") as file:
            first = next((line for line in file if line.strip()), "")
    except (OSError, UnicodeDecodeError):
        return False
    return '"says"' in first


def read_personas(path: Path, items: Sequence[str]) -> list[Persona]:
    """Read every persona of a JSONL file.

    Args:
        path: the file.
        items: the protocol's items; each persona must have an answer to each.

    Raises:
        Problem: `not-found` for a file that is not there; `invalid-request`, naming file and line, for a line that
            cannot be used: half a set would give figures of another set.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (FileNotFoundError, IsADirectoryError):
        raise Problem(Code.NOT_FOUND, f"There is no file '{path}'. Name a JSONL file of personas.") from None
    personas: list[Persona] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        try:
            persona = Persona.model_validate_json(line).model_copy(update={"place": place})
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(step) for step in first["loc"])
            cause = f"{where}: {first['msg']}" if where else first["msg"]
            raise Problem(Code.INVALID_REQUEST, f"{place}: {cause}.") from None
        missing = [item for item in items if item not in persona.says]
        if missing:
            raise Problem(Code.INVALID_REQUEST, f"{place}: 'says' has no answer to {', '.join(missing)}.")
        if any(persona.id == other.id for other in personas):
            raise Problem(Code.INVALID_REQUEST, f"{place}: the id '{persona.id}' is taken.")
        personas.append(persona)
    return personas
