"""What `triage.Triage` is compiled from: the rules of the triage lexicon, and how it reads misspelt words."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rapidfuzz.distance import OSA

from mesofaq.errors import Code, Problem

__all__ = ["LexiconSpeller", "Match", "Rule", "TriageClass", "fire", "read_rule"]

_DOUBLED = re.compile(r"(.)\1+")
_SHORTEST_CORRECTED = 5
_TWO_EDITS_FROM = 9


class TriageClass(StrEnum):
    """What a message is, if it is no ordinary one; strictest first."""

    EMERGENCY = "emergency"
    COMPLICATION = "complication"
    MEDICINE_CHANGE = "medicine_change"
    PERSONAL_MEDICAL = "personal_medical"


@dataclass(frozen=True)
class Rule:
    """One rule of `triage.yml`; its header explains each key."""

    id: str
    triage_class: TriageClass
    concepts: tuple[str, ...]
    every: bool
    window: int
    hypothetical: bool
    figurative: bool
    asks: bool
    phrase: str | None


@dataclass(frozen=True)
class Match:
    """A concept's words in a sentence, from word `start` to before word `end`."""

    concept: str
    start: int
    end: int


def read_rule(raw: dict[str, Any], concepts: dict[str, Any]) -> Rule:
    """One rule as written, checked.

    Raises:
        Problem: `content-invalid`, it names an unknown concept, class or no concept at all.
    """
    every = "all" in raw
    names = tuple(raw.get("all") or raw.get("any") or ())
    unknown = [name for name in names if name not in concepts]
    if not names or unknown:
        missing = f"names the unknown concept '{unknown[0]}'" if unknown else "names no concept"
        raise Problem(Code.CONTENT_INVALID, f"triage.yml: rule '{raw.get('id')}' {missing}; mend the name.")
    try:
        triage_class = TriageClass(raw["class"])
    except ValueError:
        allowed = ", ".join(TriageClass)
        raise Problem(
            Code.CONTENT_INVALID,
            f"triage.yml: rule '{raw['id']}' has the class '{raw['class']}'; use one of {allowed}.",
        ) from None
    return Rule(
        id=raw["id"],
        triage_class=triage_class,
        concepts=names,
        every=every,
        window=int(raw.get("window", 0)),
        hypothetical=bool(raw.get("hypothetical", False)),
        figurative=bool(raw.get("figurative", False)),
        asks=bool(raw.get("asks", False)),
        phrase=raw.get("text"),
    )


def fire(rule: Rule, matches: Sequence[Match]) -> Iterator[list[Match]]:
    """Every way in which `matches` satisfy `rule`: one of its concepts, or all of them near each other."""
    first, *others = rule.concepts if rule.every else ("",)
    wanted = (first,) if rule.every else rule.concepts
    for anchor in sorted((match for match in matches if match.concept in wanted), key=lambda match: match.start):
        fired = [anchor]
        for concept in others:
            apart = [(_apart(anchor, match), match.start, match) for match in matches if match.concept == concept]
            fired += [match for gap, _, match in sorted(apart, key=lambda found: found[:2])[:1] if gap <= rule.window]
        if len(fired) == len(others) + 1:
            yield fired


def _apart(one: Match, other: Match) -> int:
    """How many words lie between the two; negative where they overlap."""
    return max(one.start - other.end, other.start - one.end)


class LexiconSpeller:
    """Reads a misspelt word as the lexicon's word that differs by one letter (two from nine letters on).

    Args:
        words: the lexicon's.
        known: further words that are spelt correctly.
    """

    def __init__(self, words: Iterable[str], known: Iterable[str]) -> None:
        own = sorted(set(words))
        self.known = frozenset(own) | frozenset(known)
        self._squeezed = {_DOUBLED.sub(r"\1", word): word for word in own}
        self._targets = tuple(word for word in own if len(word) >= _SHORTEST_CORRECTED)

    def correct(self, token: str) -> str:
        """`token`, or the word that it is a misspelling of."""
        if token in self.known or token.isdigit():
            return token
        # "caant", "kkill": doubled letters, which normalising leaves, are the commonest slip of a shaking hand.
        squeezed = _DOUBLED.sub(r"\1", token)
        if squeezed in self._squeezed:
            return self._squeezed[squeezed]
        nearest = self._nearest(token)
        return self._nearest(squeezed) if nearest == token else nearest

    def _nearest(self, token: str) -> str:
        """The lexicon's word that `token` is a misspelling of, or `token` itself."""
        if len(token) < _SHORTEST_CORRECTED:
            return token
        allowed = 2 if len(token) >= _TWO_EDITS_FROM else 1
        best, distance = token, allowed + 1
        for target in self._targets:
            if target[0] == token[0] and abs(len(target) - len(token)) <= allowed:
                found = OSA.distance(token, target, score_cutoff=allowed)
                if found < distance:
                    best, distance = target, found
        return best
