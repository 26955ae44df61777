"""Reads `content/` into typed data, and says file and line when it cannot.

`load_content` is the only entry point: everything that serves, builds or judges content starts from its
result.
"""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from mesofaq.content.canned import CannedFile, CannedReply
from mesofaq.content.cardfile import NotYamlError, key_line, parse_yaml, split_card
from mesofaq.content.languages import LanguageFlags, LanguageFlagsFile, LanguageTexts, LanguageTextsFile
from mesofaq.content.models import Card, Clinic, Source
from mesofaq.content.privacy import PrivacyText
from mesofaq.content.screening import ScreeningProtocol, Words
from mesofaq.errors import Code, Problem

__all__ = ["Content", "LoadError", "load_content", "read_nlu_examples"]

# Set by the loader, never by the front matter.
_NOT_IN_FRONT_MATTER = ("body", "group", "examples", "path")
_PLAIN = {
    "missing": "it is missing",
    "extra_forbidden": "there is no such key here; check its spelling",
    "string_type": "it must be a text",
    "string_pattern_mismatch": "only small letters, digits and hyphens (in a screening item: underscores)",
    "tuple_type": "it must be a list",
}

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True)
class LoadError:
    """One thing in a content file that cannot be read: where it is and what to do."""

    path: Path
    line: int
    message: str


@dataclass(frozen=True)
class Content:
    """All of `content/`, read. `errors` names what could not be; a service refuses to start on any.

    `languages` and `triage_languages` are by ISO 639-1 code; a clinic that answers in English only may leave out their
    files.
    """

    folder: Path
    cards: dict[str, Card]
    sources: dict[str, Source]
    clinic: Clinic
    screening: ScreeningProtocol
    phrases: dict[str, str]
    privacy: PrivacyText
    triage: dict[str, Any]
    errors: tuple[LoadError, ...] = field(default=())
    languages: dict[str, LanguageTexts] = field(default_factory=dict)
    triage_languages: dict[str, LanguageFlags] = field(default_factory=dict)
    canned: tuple[CannedReply, ...] = ()

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
            other = cards[card.id].path.name
            errors.append(LoadError(path, _id_line(path), f"the id '{card.id}' is also used by {other}"))
            continue
        cards[card.id] = card
    if strict and errors:
        raise _problem(errors[0])
    sources = {
        key: _validate(Source, value, folder / "sources.yml", ("sources", key))
        for key, value in _read_mapping(folder / "sources.yml", "sources").items()
    }
    phrases = _read_mapping(folder / "phrases.yml", "phrases")
    texts = _if_there(LanguageTextsFile, folder / "languages.yml")
    flags = _if_there(LanguageFlagsFile, folder / "triage_languages.yml")
    canned = _if_there(CannedFile, folder / "canned.yml")
    return Content(
        folder=folder,
        cards=cards,
        sources=sources,
        clinic=_validate(Clinic, _read_yaml(folder / "clinic.yml"), folder / "clinic.yml"),
        screening=_read_screening(folder),
        phrases={key: str(text).strip() for key, text in phrases.items()},
        privacy=_validate(PrivacyText, _read_yaml(folder / "privacy.yml"), folder / "privacy.yml"),
        triage=_read_yaml(folder / "triage.yml"),
        errors=tuple(errors),
        languages=texts.languages if texts else {},
        triage_languages=flags.languages if flags else {},
        canned=canned.replies if canned else (),
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
    try:
        file = split_card(_read_text(path))
        if file is None:
            raise _UnreadableError(1, "a card starts with front matter between two lines '---'")
        meta = _front_matter(file.front)
        beside = {
            "body": file.body,
            "group": path.parent.name,
            "examples": _read_lines(path.with_name(f"{path.stem}.examples.txt")),
            "path": path,
        }
        return Card.model_validate({**meta, **beside})
    except ValidationError as error:
        where, message = _first_cause(error)
        errors.append(LoadError(path, key_line(file.front if file else "", where) + 1, message))
    except _UnreadableError as error:
        errors.append(LoadError(error.path or path, error.line, str(error)))
    return None


def _read_screening(folder: Path) -> ScreeningProtocol:
    """The protocol, with the words of each of its items from the file beside it."""
    path, words_path = folder / "screening.yml", folder / "screening_words.yml"
    data, words = _read_yaml(path), _read_mapping(words_path, "items")
    checked = {item: _validate(Words, lists, words_path, ("items", item)) for item, lists in words.items()}
    items = data.get("items")
    if isinstance(items, list):
        for position, item in enumerate(items):
            if isinstance(item, dict) and "words" in item and item.get("id") in words:
                line = key_line(_read_text(path), ["items", position, "words"])
                message = f"the words of '{item['id']}' stand in {words_path.name} already. Keep them in one place"
                raise _problem(LoadError(path, line, message))
        data = {**data, "items": [_with_words(item, checked) for item in items]}
    protocol = _validate(ScreeningProtocol, data, path)
    known = {item.id for item in protocol.items}
    for item in words:
        if item not in known:
            line = key_line(_read_text(words_path), ["items", item])
            message = (
                f"there is no item '{item}' in {path.name}. Correct its id, add the item there, or remove its words"
            )
            raise _problem(LoadError(words_path, line, message))
    return protocol


def _with_words(item: Any, words: dict[str, Words]) -> Any:
    return {"words": words.get(str(item.get("id")), Words()), **item} if isinstance(item, dict) else item


def _id_line(path: Path) -> int:
    file = split_card(_read_text(path))
    return key_line(file.front, ["id"]) + 1 if file else 1


def _front_matter(front: str) -> dict[str, Any]:
    try:
        meta = parse_yaml(front)
    except NotYamlError as error:
        raise _UnreadableError(error.line + 1, f"the front matter is not YAML: {error.cause}") from None
    if not isinstance(meta, dict):
        raise _UnreadableError(2, "the front matter must be a mapping of 'id', 'question', …")
    for key in _NOT_IN_FRONT_MATTER:
        if key in meta:
            raise _UnreadableError(key_line(front, [key]) + 1, f"'{key}' does not belong in the front matter")
    return meta


class _UnreadableError(Exception):
    """Why a file cannot be read, on its way to a `LoadError`."""

    def __init__(self, line: int, message: str, path: Path | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.path = path


def _read_text(path: Path) -> str:
    try:
        # Decoded whole: a byte that is not UTF-8 is named by its line.
        data = path.read_bytes()
        return data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _UnreadableError(line, "a character is not UTF-8; save the file as UTF-8", path) from None
    except FileNotFoundError:
        raise _UnreadableError(1, "the file is missing", path) from None
    except OSError as error:
        raise _UnreadableError(1, f"it cannot be read ({error.strerror})", path) from None


def _read_lines(path: Path) -> tuple[str, ...]:
    if not path.exists():
        return ()
    lines = (line.strip() for line in _read_text(path).splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        data = parse_yaml(_read_text(path))
    except _UnreadableError as error:
        raise _problem(LoadError(path, error.line, str(error))) from None
    except NotYamlError as error:
        raise _problem(LoadError(path, error.line, f"not YAML: {error.cause}")) from None
    if not isinstance(data, dict):
        raise _problem(LoadError(path, 1, "the file must hold a mapping"))
    return data


def _read_mapping(path: Path, key: str) -> dict[str, Any]:
    value = _read_yaml(path).get(key)
    if not isinstance(value, dict):
        raise _problem(LoadError(path, 1, f"the file must hold a mapping under '{key}:'"))
    return {str(name): item for name, item in value.items()}


def _validate(model: type[_Model], data: object, path: Path, under: tuple[str, ...] = ()) -> _Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        where, message = _first_cause(error)
        line = key_line(_read_text(path), (*under, *where))
        raise _problem(LoadError(path, line, f"{'.'.join(under)}{'.' if under else ''}{message}")) from None


def _if_there(model: type[_Model], path: Path) -> _Model | None:
    return _validate(model, _read_yaml(path), path) if path.exists() else None


def _first_cause(error: ValidationError) -> tuple[tuple[str | int, ...], str]:
    cause = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = tuple(cause["loc"])
    return where, f"{'.'.join(str(part) for part in where)}: {_PLAIN.get(cause['type'], cause['msg'])}"


def _problem(error: LoadError) -> Problem:
    return Problem(
        Code.CONTENT_INVALID,
        f"{error.path}:{error.line}: {error.message}.",
        path=str(error.path),
        line=error.line,
        cause=error.message,
    )
