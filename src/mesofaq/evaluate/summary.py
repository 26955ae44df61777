"""Counts, shares with their bounds, the worst voices and cards, and what is taken for what.

Messages on which something was tuned are never counted together with those held back.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from mesofaq.evaluate.bounds import clopper_pearson
from mesofaq.evaluate.cases import Kind, Part
from mesofaq.evaluate.judge import RESULTS, Judged, Result, Worth, worth

__all__ = ["CONFIDENCE", "Confusion", "Group", "PartSummary", "Row", "Share", "summarise"]

CONFIDENCE = 0.95
_GROUP_ORDER = ("in-scope", "out-of-scope")


@dataclass(frozen=True)
class Share:
    """So many of so many, with exact 95 % bounds of the true share."""

    count: int
    of: int

    @property
    def rate(self) -> float:
        """The share counted, from 0 to 1."""
        return self.count / self.of if self.of else 0.0

    @property
    def bounds(self) -> tuple[float, float]:
        """Where the true share lies, 95 times in 100."""
        return clopper_pearson(self.count, self.of, CONFIDENCE)


@dataclass(frozen=True)
class Row:
    """How the messages of one voice or card fared."""

    name: str
    of: int
    good: int
    bad: int

    @property
    def badness(self) -> tuple[float, float, int]:
        """Sorts the worst first: by the share gone bad, then by the share that was not right."""
        return (-self.bad / self.of, self.good / self.of, -self.of)


@dataclass(frozen=True)
class Confusion:
    """One thing taken for another, and by which messages."""

    expected: str
    got: str
    count: int
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Messages of which the same is expected: in scope, out of scope, a triage class, dialogue acts."""

    name: str
    kind: Kind
    worths: dict[Result, Worth]
    shares: dict[Result, Share]
    voices: tuple[Row, ...]
    topics: tuple[Row, ...]


@dataclass(frozen=True)
class PartSummary:
    """All figures of one part.

    Args:
        part: whether anything was tuned on these messages.
        messages: how many there are.
        seen: how many of them are word for word among the bundle's own questions.
        groups: the figures of each group.
        confusions: what was taken for what where something went bad, the most frequent first.
    """

    part: Part
    messages: int
    seen: int
    groups: tuple[Group, ...]
    confusions: tuple[Confusion, ...]

    def share(self, group: str, result: str) -> Share | None:
        """The share of a result in a group, or None where the group is empty or has no such result."""
        for found in self.groups:
            if found.name == group:
                return next((share for name, share in found.shares.items() if name == result), None)
        return None


def summarise(judged: Sequence[Judged]) -> tuple[PartSummary, ...]:
    """The figures of each part that has messages, those held back first."""
    summaries = []
    for part in (Part.HELD_BACK, Part.TUNE):
        here = [item for item in judged if item.case.part is part]
        if here:
            seen = sum(item.case.seen for item in here)
            summaries.append(PartSummary(part, len(here), seen, _groups(here), _confusions(here)))
    return tuple(summaries)


def _groups(judged: Sequence[Judged]) -> tuple[Group, ...]:
    by_group: dict[str, list[Judged]] = defaultdict(list)
    for item in judged:
        by_group[item.case.expected.group].append(item)
    names = [name for name in _GROUP_ORDER if name in by_group]
    names += sorted(name for name in by_group if name not in _GROUP_ORDER)
    return tuple(_group(name, by_group[name]) for name in names)


def _group(name: str, items: Sequence[Judged]) -> Group:
    expected = items[0].case.expected
    kind = expected.kind
    counts = Counter(item.result for item in items)
    return Group(
        name=name,
        kind=kind,
        worths={result: worth(expected, result) for result in RESULTS[kind]},
        shares={result: Share(counts[result], len(items)) for result in RESULTS[kind]},
        voices=_rows(items, lambda item: item.case.voice),
        topics=_rows(items, lambda item: item.case.expected.value),
    )


def _rows(items: Iterable[Judged], key: Callable[[Judged], str]) -> tuple[Row, ...]:
    """One row for each key that is not empty, the worst first."""
    by_key: dict[str, list[Judged]] = defaultdict(list)
    for item in items:
        by_key[key(item)].append(item)
    rows = [
        Row(name, len(found), _count(found, Worth.GOOD), _count(found, Worth.BAD))
        for name, found in sorted(by_key.items())
        if name
    ]
    return tuple(sorted(rows, key=lambda row: row.badness))


def _count(items: Iterable[Judged], wanted: Worth) -> int:
    return sum(item.worth is wanted for item in items)


def _confusions(items: Iterable[Judged]) -> tuple[Confusion, ...]:
    pairs: dict[tuple[str, str], list[str]] = defaultdict(list)
    for item in items:
        if item.worth is Worth.BAD or item.result is Result.CLARIFIED_WITHOUT:
            # What was asked back is a list; its first card is what it was taken for.
            got = item.got if item.worth is Worth.BAD or item.best is None else item.best.card
            pairs[str(item.case.expected), got].append(item.case.id)
    found = [Confusion(expected, got, len(ids), tuple(ids)) for (expected, got), ids in pairs.items()]
    return tuple(sorted(found, key=lambda pair: (-pair.count, pair.expected, pair.got)))
