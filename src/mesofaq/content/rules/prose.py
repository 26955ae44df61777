"""Plain text out of Markdown: its sentences with their lines, its words, its reading grade."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import textstat

from mesofaq.content.models import PLACEHOLDER

__all__ = ["Sentence", "grade", "normal", "plain", "sentences", "words"]

_LIST_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKUP = re.compile(r"[*_`#>]+")
_WORD = re.compile(r"\w[\w'-]*")
# Dashes and quotes that look like the plain ones; a rule must not be passed by by an unusual hyphen.
_ALIKE = str.maketrans({"‐": "-", "‑": "-", "–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"'})
_ABBREVIATION = re.compile(r"(?:^|[\s(])(?:dr|mr|mrs|ms|prof|e\.g|i\.e|vs|approx)\.\s*$", re.IGNORECASE)
_END = re.compile(r"[.!?]+[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])")


@dataclass(frozen=True)
class Sentence:
    """One sentence (or list item) as plain text, with the 1-based line of the file on which it starts."""

    text: str
    line: int


def plain(text: str) -> str:
    """`text` without Markdown signs and placeholders, its dashes, quotes and widths made alike."""
    text = unicodedata.normalize("NFKC", text).translate(_ALIKE)
    text = _LINK.sub(r"\1", PLACEHOLDER.sub("", text))
    return _MARKUP.sub("", text)


def words(text: str) -> list[str]:
    """The words of `text`; a placeholder is none, 'well-treated' is one."""
    return _WORD.findall(plain(text))


def normal(text: str) -> str:
    """`text` as it is compared: small letters, no punctuation, single spaces."""
    return " ".join(re.findall(r"[\w']+", plain(text).casefold()))


@lru_cache(maxsize=20_000)
def grade(text: str) -> float:
    """The Flesch-Kincaid grade of `text`: the US school year that reads it with ease."""
    return float(textstat.flesch_kincaid_grade(plain(text)))


def sentences(text: str, first_line: int = 1) -> Iterator[Sentence]:
    """Split Markdown into sentences.

    A blank line and a list item end a sentence whether or not a full stop does.

    Args:
        text: Markdown.
        first_line: the line of the file on which `text` starts.
    """
    block: list[tuple[str, int]] = []
    for number, line in enumerate(text.splitlines(), start=first_line):
        item = _LIST_ITEM.match(line)
        if block and (item or not line.strip()):
            yield from _split(block)
            block = []
        rest = line[item.end() :] if item else line
        if rest.strip():
            block.append((plain(rest).strip(), number))
    if block:
        yield from _split(block)


def _split(block: list[tuple[str, int]]) -> Iterator[Sentence]:
    text = " ".join(line for line, _ in block)
    start = 0
    for match in _END.finditer(text):
        if _ABBREVIATION.search(text[start : match.end()]):
            continue
        yield Sentence(text[start : match.end()].strip(), _line_at(block, start))
        start = match.end()
    if text[start:].strip():
        yield Sentence(text[start:].strip(), _line_at(block, start))


def _line_at(block: list[tuple[str, int]], position: int) -> int:
    for text, number in block:
        if position <= len(text):
            return number
        position -= len(text) + 1
    return block[-1][1]
