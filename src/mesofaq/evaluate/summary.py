"""Counts, shares with their bounds, the worst voices and cards, and what is taken for what.

Messages on which something was tuned, or that were looked at while developing, are never counted together with those
held back.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mesofaq.evaluate.bounds import clopper_pearson
from mesofaq.evaluate.cases import Part
from mesofaq.evaluate.judge import Judged
from mesofaq.evaluate.results import DIALOGUES, GROUPS, MUST_HAND_OFF, TURNS, Meaning, Result, Worth
from mesofaq.evaluate.turns import JudgedDialogue

__all__ = ["CONFIDENCE", "Confusion", "Group", "PartSummary", "Row", "Share", "summarise"]

CONFIDENCE = 0.95


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
    """How the messages of one voice or card, or the turns of which the same is expected, fared."""

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
    """Messages of which the same is expected (in scope, a triage class, …), the turns of dialogues, or dialogues."""

    name: str
    shares: dict[Result, Share]
    voices: tuple[Row, ...] = ()
    topics: tuple[Row, ...] = ()

    @property
    def of(self) -> int:
        """How many they are."""
        return next(iter(self.shares.values())).of

    @property
    def meanings(self) -> Mapping[Result, Meaning]:
        """What each result is called here and how it is to be taken."""
        return GROUPS[self.name]


@dataclass(frozen=True)
class PartSummary:
    """All figures of one part.

    Args:
        part: whether anything was tuned on these messages.
        messages: how many there are.
        seen: how many of them are word for word among the bundle's own questions.
        dialogues: how many dialogues there are.
        groups: the figures of each group.
        confusions: what was taken for what where something went bad, the most frequent first.
    """

    part: Part
    messages: int
    seen: int
    dialogues: int
    groups: tuple[Group, ...]
    confusions: tuple[Confusion, ...]

    def share(self, group: str, result: str) -> Share | None:
        """The share of a result in a group, or None where the group is empty or has no such result."""
        for found in self.groups:
            if found.name == group:
                return next((share for name, share in found.shares.items() if name == result), None)
        return None


@dataclass(frozen=True)
class _Counted:
    """One message, turn or dialogue as it counts in a group."""

    result: Result
    voice: str = ""
    topic: str = ""


def summarise(judged: Sequence[Judged], played: Sequence[JudgedDialogue] = ()) -> tuple[PartSummary, ...]:
    """The figures of each part that has messages or dialogues, the surest first: held back, development, tune.

    Args:
        judged: the messages.
        played: the dialogues.
    """
    summaries = []
    for part in Part:
        here = [item for item in judged if item.case.part is part]
        talked = [item for item in played if item.dialogue.part is part]
        if here or talked:
            seen = sum(item.case.seen for item in here)
            groups = _groups(here, talked)
            summaries.append(PartSummary(part, len(here), seen, len(talked), groups, _confusions(here)))
    return tuple(summaries)


def _groups(judged: Sequence[Judged], played: Sequence[JudgedDialogue]) -> tuple[Group, ...]:
    by_group: dict[str, list[_Counted]] = defaultdict(list)
    for item in judged:
        expected = item.case.expected
        by_group[expected.group].append(_Counted(item.result, item.case.voice, expected.value))
        if item.handed_off is not None:
            by_group[MUST_HAND_OFF].append(_Counted(item.handed_off, topic=expected.value))
    for dialogue in played:
        by_group[DIALOGUES].append(_Counted(dialogue.result))
        by_group[TURNS] += [_Counted(turn.result, topic=turn.turn.expected.topic) for turn in dialogue.turns]
    return tuple(_group(name, by_group[name]) for name in GROUPS if name in by_group)


def _group(name: str, items: Sequence[_Counted]) -> Group:
    counts = Counter(item.result for item in items)
    return Group(
        name=name,
        shares={result: Share(counts[result], len(items)) for result in GROUPS[name]},
        voices=_rows(name, [(item.voice, item.result) for item in items]),
        topics=_rows(name, [(item.topic, item.result) for item in items]),
    )


def _rows(group: str, items: Iterable[tuple[str, Result]]) -> tuple[Row, ...]:
    """One row for each name that is not empty, the worst first."""
    by_name: dict[str, list[Worth]] = defaultdict(list)
    for name, result in items:
        by_name[name].append(GROUPS[group][result].worth)
    rows = [
        Row(name, len(found), found.count(Worth.GOOD), found.count(Worth.BAD))
        for name, found in sorted(by_name.items())
        if name
    ]
    return tuple(sorted(rows, key=lambda row: row.badness))


def _confusions(items: Iterable[Judged]) -> tuple[Confusion, ...]:
    pairs: dict[tuple[str, str], list[str]] = defaultdict(list)
    for item in items:
        if item.worth is Worth.BAD or item.result is Result.CLARIFIED_WITHOUT:
            # What was asked back is a list; its first card is what it was taken for.
            got = item.got if item.worth is Worth.BAD or item.best is None else item.best.card
            pairs[str(item.case.expected), got].append(item.case.id)
    found = [Confusion(expected, got, len(ids), tuple(ids)) for (expected, got), ids in pairs.items()]
    return tuple(sorted(found, key=lambda pair: (-pair.count, pair.expected, pair.got)))
