"""Questions that staff propose for the content: checked when they are made, written as files for `content/`.

An export never replaces a file of `content/`. A new card is a file of its own, a draft that `mesofaq content lint`
complains about until it is complete. Examples of a card that exists come in a file whose name no card has; its first
line says where to add them, and lint reports it as long as it lies about.
"""

import io
import json
import re
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mesofaq.content.models import Card
from mesofaq.errors import Code, Problem
from mesofaq.store.records import ProposalRecord

__all__ = [
    "ANSWER_MAX_CHARS",
    "QUESTION_MAX_CHARS",
    "QUESTION_MIN_CHARS",
    "ExportFile",
    "check_proposal",
    "one_line",
    "pack",
    "written",
]

QUESTION_MIN_CHARS = 3
QUESTION_MAX_CHARS = 300
ANSWER_MAX_CHARS = 4_000

_GROUP = "proposed"
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ID_MAX_CHARS = 60
# Names of devices on Windows: a file of that name cannot be made there, with any ending.
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})
_MAIL = re.compile(r"\S@\S+\.\S")
_LONG_NUMBER = re.compile(r"(?:\d[\s().+/-]{0,2}){7,}")
# What a spreadsheet takes for a formula, or our own reader for a remark, at the start of a line.
_NO_START = "=+-@#|%\t "
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_LINK = re.compile(r"\](?=[(\[:])")


@dataclass(frozen=True)
class ExportFile:
    """One file of an export: its path within `content/`, and its text."""

    path: str
    text: str


def one_line(text: str) -> str:
    """`text` as one line of an examples file: single spaces, no signs that nobody sees, none that starts a formula."""
    visible = "".join(" " if char.isspace() else char for char in text)
    visible = "".join(char for char in visible if unicodedata.category(char) not in ("Cc", "Cf", "Cn", "Co", "Cs"))
    return " ".join(visible.split()).lstrip(_NO_START)


def check_proposal(
    kind: str, card_id: str, question: str, answer: str, cards: Mapping[str, Card]
) -> tuple[str, str, str]:
    """Check what staff typed, and give card id, question and answer as they are kept.

    Args:
        kind: `example` or `card`.
        card_id: the card that the example belongs to, or the id of the new one.
        question: the question in general words.
        answer: for a new card what it should say; may be empty.
        cards: those there are.

    Raises:
        Problem: `invalid-request`, `not-found` or `conflict`; no sentence repeats what was typed.
    """
    card_id, question, answer = card_id.strip(), one_line(question), answer.strip()
    if not QUESTION_MIN_CHARS <= len(question) <= QUESTION_MAX_CHARS:
        raise Problem(
            Code.INVALID_REQUEST,
            f"A proposed question has {QUESTION_MIN_CHARS} to {QUESTION_MAX_CHARS} characters. "
            "Write the question alone, in one sentence.",
        )
    if len(answer) > ANSWER_MAX_CHARS:
        raise Problem(Code.INVALID_REQUEST, f"A draft answer has at most {ANSWER_MAX_CHARS} characters. Shorten it.")
    if any(_MAIL.search(text) or _LONG_NUMBER.search(text) for text in (question, answer if kind == "card" else "")):
        raise Problem(
            Code.INVALID_REQUEST,
            "That seems to hold an e-mail address, a telephone number or a date. "
            "Take out everything that tells who asked.",
        )
    if kind == "example":
        if card_id not in cards:
            raise Problem(Code.NOT_FOUND, "There is no such card. Choose one of the list.")
        return card_id, question, ""
    if kind != "card":
        raise Problem(Code.INVALID_REQUEST, "A proposal is an 'example' of a card or a new 'card'. Choose one.")
    if not _ID.fullmatch(card_id) or len(card_id) > _ID_MAX_CHARS or card_id in _DEVICES:
        raise Problem(
            Code.INVALID_REQUEST,
            f"A new card's id has at most {_ID_MAX_CHARS} small letters, digits and single hyphens, "
            "e.g. parking-at-the-clinic.",
        )
    if card_id in cards:
        raise Problem(Code.CONFLICT, "There is a card with that id already. Propose the question as its example.")
    return card_id, question, answer


def written(proposals: Iterable[ProposalRecord], cards: Mapping[str, Card]) -> list[ExportFile]:
    """The files for `content/` that hold these proposals, sorted by path.

    Of a card proposed by several questions the first is its question, the others are its examples. A card that has
    come into being since is not written again: its questions become examples. Examples that a card has are left out.
    """
    examples: dict[str, list[str]] = defaultdict(list)
    drafts: dict[str, list[ProposalRecord]] = defaultdict(list)
    for proposal in sorted(proposals, key=lambda one: (one.at, one.id)):
        if proposal.kind == "card" and proposal.card_id not in cards:
            drafts[_safe(proposal.card_id)].append(proposal)
        else:
            examples[_safe(proposal.card_id)].append(one_line(proposal.question))
    files = [_additions(card_id, lines, cards.get(card_id)) for card_id, lines in examples.items()]
    for card_id, of_card in drafts.items():
        files.append(ExportFile(f"cards/{_GROUP}/{card_id}.md", _draft(card_id, of_card)))
        more = [one_line(proposal.question) for proposal in of_card[1:]]
        if lines := _new_lines(more, [one_line(of_card[0].question)]):
            files.append(ExportFile(f"cards/{_GROUP}/{card_id}.examples.txt", _text(lines)))
    return sorted(files, key=lambda file: file.path)


def pack(files: Sequence[ExportFile], now: datetime) -> tuple[str, str, bytes]:
    """One download: the file itself where it is one, else a ZIP to be unpacked in `content/`.

    Args:
        files: at least one.
        now: the time written on the files of a ZIP.

    Returns:
        File name, media type, bytes.
    """
    if len(files) == 1:
        name = files[0].path.rpartition("/")[2]
        kind = "text/markdown" if name.endswith(".md") else "text/plain"
        return name, f"{kind}; charset=utf-8", files[0].text.encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.path, now.timetuple()[:6])
            archive.writestr(entry, file.text.encode(), zipfile.ZIP_DEFLATED)
    return f"mesofaq-proposals-{now:%Y-%m-%d}.zip", "application/zip", buffer.getvalue()


def _safe(card_id: str) -> str:
    """A card's id that may be a file's name; the store's own rows are checked again, since files come of them."""
    if not _ID.fullmatch(card_id):
        raise Problem(Code.CONTENT_INVALID, "A proposal names a card by an id that cannot be a file's name.")
    return card_id


def _additions(card_id: str, lines: Sequence[str], card: Card | None) -> ExportFile:
    group = card.group if card is not None and _ID.fullmatch(card.group) else _GROUP
    new = _new_lines(lines, card.examples if card is not None else ())
    folder = f"cards/{group}"
    first = f"# Add these lines to {folder}/{card_id}.examples.txt, then delete this file."
    return ExportFile(f"{folder}/add-to-{card_id}.examples.txt", _text([first, *new]))


def _new_lines(lines: Iterable[str], known: Iterable[str]) -> list[str]:
    """The lines that are not among the known ones nor said before, whatever their case."""
    seen = {line.casefold() for line in known} | {""}
    found = []
    for line in lines:
        if line.casefold() not in seen:
            seen.add(line.casefold())
            found.append(line)
    return found


def _draft(card_id: str, proposals: Sequence[ProposalRecord]) -> str:
    """A card's file. What a clinician must still write is left empty, which lint names."""
    answers = [_paragraphs(proposal.answer) for proposal in proposals if proposal.answer.strip()]
    # A JSON string is a YAML string: no sign in a question can end it.
    question = json.dumps(_inert(one_line(proposals[0].question)), ensure_ascii=False)
    front = [
        "---",
        f'id: "{card_id}"',
        f"question: {question}",
        "variants: []",
        "sources: []",
        'evidence: ""',
        "see_also: []",
        "review:",
        "  status: draft",
        "---",
    ]
    return _text([*front, *answers])


def _paragraphs(text: str) -> str:
    """An answer as it stands in a card: its lines, without signs that nobody sees."""
    lines = [_visible(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return _inert("\n".join(lines)).strip()


def _inert(text: str) -> str:
    """`text` without anything that a viewer of Markdown would run or follow: no tags, links or pictures."""
    return _LINK.sub("] ", _TAG.sub("< ", text))


def _visible(line: str) -> str:
    kept = "".join(char for char in line if char == "\t" or unicodedata.category(char)[0] != "C")
    return kept.replace("\u2028", " ").replace("\u2029", " ").rstrip()


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"
