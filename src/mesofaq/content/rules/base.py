"""What every rule is given (`Corpus`) and what it returns (`Finding`)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from mesofaq.content.cardfile import CardFile, key_line, split_card
from mesofaq.content.loader import Content
from mesofaq.content.models import Card
from mesofaq.content.rules.prose import Sentence, sentences

__all__ = ["Corpus", "Finding", "Severity"]


class Severity(StrEnum):
    """Whether lint fails on a finding."""

    ERROR = "error"
    NOTICE = "notice"


@dataclass(frozen=True)
class Finding:
    """One thing that a rule found.

    `line` is 1-based. `message` says in plain words what is wrong and ends with what to do.
    """

    severity: Severity
    path: Path
    line: int
    rule: str
    message: str

    @classmethod
    def error(cls, path: Path, line: int, rule: str, message: str) -> "Finding":
        """A finding on which lint fails."""
        return cls(Severity.ERROR, path, line, rule, message)

    @classmethod
    def notice(cls, path: Path, line: int, rule: str, message: str) -> "Finding":
        """A finding that is only said."""
        return cls(Severity.NOTICE, path, line, rule, message)


@dataclass(frozen=True)
class Corpus:
    """The content under judgement, the topics it must cover, and the day on which approvals are judged.

    `topics` are the ids that need a card, or None when their list cannot be read (lint says so elsewhere).
    """

    content: Content
    topics: frozenset[str] | None
    today: date
    _texts: dict[Path, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def folder(self) -> Path:
        """The `content/` folder."""
        return self.content.folder

    @property
    def cards(self) -> tuple[Card, ...]:
        """Every readable card, in the order of the files."""
        return tuple(self.content.cards.values())

    @property
    def known_ids(self) -> frozenset[str]:
        """Ids that a text may refer to.

        Those of unreadable cards and of topics without a card count: what is wrong there is reported once,
        and not again by everything that refers to it.
        """
        unreadable = {error.path.stem for error in self.content.errors}
        return frozenset(self.content.cards) | unreadable | (self.topics or frozenset())

    def text(self, path: Path) -> str:
        """The text of a content file, line ends made alike; empty when there is no such file."""
        if path not in self._texts:
            try:
                self._texts[path] = path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                self._texts[path] = ""
        return self._texts[path]

    def card_file(self, card: Card) -> CardFile:
        """The card's file, cut into front matter and answer."""
        return split_card(self.text(card.path)) or CardFile("", card.body, 1)

    def front_line(self, card: Card, *path: str | int) -> int:
        """The line of a front-matter value, e.g. `("sources", 0, "where")`."""
        return key_line(self.card_file(card).front, path) + 1

    def yaml_line(self, name: str, *path: str | int) -> int:
        """The line of a value in `content/<name>`."""
        return key_line(self.text(self.folder / name), path)

    def example_line(self, card: Card, example: str) -> int:
        """The line of an example question in the file beside the card (the last one, if it stands twice)."""
        lines = self.text(self.examples_path(card)).splitlines()
        return max((number for number, line in enumerate(lines, 1) if line.strip() == example), default=1)

    def body_sentences(self, card: Card) -> Iterator[Sentence]:
        """The sentences of a card's answer, with their lines in the file."""
        file = self.card_file(card)
        return sentences(file.body, file.body_line)

    @staticmethod
    def examples_path(card: Card) -> Path:
        """The file that holds the card's example questions."""
        return card.path.with_name(f"{card.path.stem}.examples.txt")
