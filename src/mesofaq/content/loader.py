"""Reads `content/` into typed data, and says file and line when it cannot.

`load_content` is the only entry point: everything that serves, builds or judges content starts from its result.
"""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from mesofaq.content.models import Card, Clinic, ScreeningProtocol, Source
from mesofaq.errors import Code, Problem

__all__ = ["Content", "LoadError", "load_content", "read_nlu_examples"]

_FENCE = "---"
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True)
class LoadError:
    """One thing in a content file that cannot be read: where it is and what to do."""

    path: Path
    line: int
    message: str


@dataclass(frozen=True)
class Content:
    """All of `content/`, read. `errors` names what could not be; a service refuses to start on any."""

    folder: Path
    cards: dict[str, Card]
    sources: dict[str, Source]
    clinic: Clinic
    screening: ScreeningProtocol
    phrases: dict[str, str]
    triage: dict[str, Any]
    errors: tuple[LoadError, ...] = field(default=())

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """Every file under `content/`, sorted: what a bundle's staleness is judged by."""
        return tuple(sorted(path for path in self.folder.rglob("*") if path.is_file()))


def load_content(folder: Path, *, strict: bool = True) -> Content:
    """Read every content file under `folder`.

    Args:
        folder: the `content/` folder.
        strict: raise on the first unreadable card; lint passes False and reports them all.

    Raises:
        Problem: `content-invalid`, with file, line and what is wrong.
    """
    errors: list[LoadError] = []
    cards: dict[str, Card] = {}
    for path in sorted((folder / "cards").rglob("*.md")):
        card = _read_card(path, errors)
        if card is None:
            continue
        if card.id in cards:
            errors.append(LoadError(path, 2, f"the id '{card.id}' is also used by {cards[card.id].path.name}"))
            continue
        cards[card.id] = card
    if strict and errors:
        raise _problem(errors[0])
    raw_sources = _read_yaml(folder / "sources.yml").get("sources", {})
    sources = {key: _validate(Source, value, folder / "sources.yml", key) for key, value in raw_sources.items()}
    return Content(
        folder=folder,
        cards=cards,
        sources=sources,
        clinic=_validate(Clinic, _read_yaml(folder / "clinic.yml"), folder / "clinic.yml"),
        screening=_validate(ScreeningProtocol, _read_yaml(folder / "screening.yml"), folder / "screening.yml"),
        phrases={key: str(text).strip() for key, text in _read_yaml(folder / "phrases.yml")["phrases"].items()},
        triage=_read_yaml(folder / "triage.yml"),
        errors=tuple(errors),
    )


def read_nlu_examples(folder: Path) -> dict[str, tuple[str, ...]]:
    """Read the examples of dialogue acts from files in Rasa's NLU training format.

    Args:
        folder: `bot/data/nlu`; every `*.yml` in it is read.

    Returns:
        For each intent its example sentences, in file order.

    Raises:
        Problem: `content-invalid` when a file is not in that format.
    """
    examples: dict[str, tuple[str, ...]] = {}
    for path in sorted(folder.glob("*.yml")):
        for block in _read_yaml(path).get("nlu", []):
            if not isinstance(block, dict) or "intent" not in block:
                raise _problem(LoadError(path, 1, "each entry under 'nlu' needs an 'intent' and 'examples'"))
            lines = [line.strip() for line in str(block.get("examples", "")).splitlines()]
            found = tuple(line[2:].strip() for line in lines if line.startswith("- ") and line[2:].strip())
            examples[block["intent"]] = examples.get(block["intent"], ()) + found
    return examples


def _read_card(path: Path, errors: list[LoadError]) -> Card | None:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    if not lines or lines[0] != _FENCE or _FENCE not in lines[1:]:
        errors.append(LoadError(path, 1, "a card starts with front matter between two lines '---'"))
        return None
    end = lines.index(_FENCE, 1)
    front = "\n".join(lines[1:end])
    try:
        meta = yaml.safe_load(front)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        errors.append(LoadError(path, (mark.line if mark else 0) + 2, f"the front matter is not YAML: {_cause(error)}"))
        return None
    if not isinstance(meta, dict):
        errors.append(LoadError(path, 2, "the front matter must be a mapping of 'id', 'question', …"))
        return None
    examples_path = path.with_name(f"{path.stem}.examples.txt")
    try:
        return Card(
            **meta,
            body="\n".join(lines[end + 1 :]).strip(),
            group=path.parent.name,
            examples=_read_lines(examples_path),
            path=path,
        )
    except (ValidationError, TypeError) as error:
        key, message = _first_cause(error)
        errors.append(LoadError(path, _line_of(lines, key), f"{key}: {message}"))
        return None


def _read_lines(path: Path) -> tuple[str, ...]:
    if not path.exists():
        return ()
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _problem(LoadError(path, 1, "the file is missing")) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _problem(LoadError(path, (mark.line if mark else 0) + 1, f"not YAML: {_cause(error)}")) from None
    if not isinstance(data, dict):
        raise _problem(LoadError(path, 1, "the file must hold a mapping"))
    return data


def _validate(model: type[_Model], data: Any, path: Path, under: str = "") -> _Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        key, message = _first_cause(error)
        line = _line_of(path.read_text(encoding="utf-8").splitlines(), key.split(".")[0] or under)
        raise _problem(LoadError(path, line, f"{key or under}: {message}")) from None


def _first_cause(error: ValidationError | TypeError) -> tuple[str, str]:
    if isinstance(error, TypeError):
        return "front matter", str(error).replace("mesofaq.content.models.", "")
    cause = error.errors()[0]
    return ".".join(str(part) for part in cause["loc"]), cause["msg"]


def _line_of(lines: list[str], key: str) -> int:
    for number, line in enumerate(lines, start=1):
        if line.lstrip("- ").startswith(f"{key.split('.')[0]}:"):
            return number
    return 1


def _cause(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or error).replace("\n", " ")


def _problem(error: LoadError) -> Problem:
    return Problem(Code.CONTENT_INVALID, f"{error.path}:{error.line}: {error.message}.")
