"""Notices what must not wait: emergencies, complications, medicine changes, personal medical advice.

Runs first, on every message, in every state, and needs nothing but `content/triage.yml`: no encoder, no Rasa, no
database. The lexicon is compiled once into spaCy phrase matchers; a misspelt word is read as the lexicon's word that
differs by one letter (two from nine letters on) or only in doubled letters.

A match counts unless its sentence negates it, only asks what could happen, places it long ago, tells of a relative's
past illness or, for the rules that allow it, is a figure of speech. Each match that was turned off is kept with its
reason, so that staff see why nothing happened.

Red flags in other languages (`foreign.py`, `content/triage_languages.yml`) are findings of the same kind.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rapidfuzz.distance import OSA

from mesofaq.content.languages import LanguageFlags
from mesofaq.errors import Code, Problem
from mesofaq.understanding.foreign import SELF_HARM, Flagged, ForeignFlags
from mesofaq.understanding.matching import Doc, PhraseMatcher, new_vocabulary
from mesofaq.understanding.sentences import sentences_of, words_of

__all__ = ["Finding", "Triage", "TriageClass", "TriageResult"]

_YEAR = re.compile(r"^(19|20)\d\d$")
_DOUBLED = re.compile(r"(.)\1+")
_INABILITY = frozenset({"cant", "cannot", "can", "couldnt", "wont"})
"""No 'no' or 'not' before "cant breathe" denies it."""
_SHORTEST_CORRECTED = 5
_TWO_EDITS_FROM = 9


class TriageClass(StrEnum):
    """What a message is, if it is no ordinary one; strictest first."""

    EMERGENCY = "emergency"
    COMPLICATION = "complication"
    MEDICINE_CHANGE = "medicine_change"
    PERSONAL_MEDICAL = "personal_medical"


@dataclass(frozen=True)
class Finding:
    """One rule that matched: the words that fired it, and why it does not count, if it does not."""

    rule: str
    triage_class: TriageClass
    words: tuple[str, ...]
    turned_off_by: str | None = None


@dataclass(frozen=True)
class TriageResult:
    """The class that counts (None: an ordinary message), its phrase in `phrases.yml`, and every finding.

    An emergency found in another language has the phrase `emergency:fr` or `emergency_self_harm:fr`: said in it, too.
    """

    triage_class: TriageClass | None
    phrase: str | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Rule:
    id: str
    triage_class: TriageClass
    concepts: tuple[str, ...]
    every: bool
    window: int
    hypothetical: bool
    figurative: bool
    phrase: str | None


@dataclass(frozen=True)
class _Match:
    concept: str
    start: int
    end: int


class Triage:
    """The compiled lexicon.

    Args:
        lexicon: the content of `triage.yml`.
        known_words: correctly spelt words that must not be read as a lexicon word (those of the cards).
        languages: the red flags of other languages, from `triage_languages.yml`.

    Raises:
        Problem: `content-invalid` when a rule names an unknown concept, class or no concept at all.
    """

    def __init__(
        self,
        lexicon: dict[str, Any],
        known_words: Iterable[str] = (),
        languages: Mapping[str, LanguageFlags] | None = None,
    ) -> None:
        self._vocabulary = new_vocabulary()
        self._rules = tuple(_read_rule(raw, lexicon["concepts"]) for raw in lexicon["rules"])
        self._concepts = PhraseMatcher(self._vocabulary)
        self._context = PhraseMatcher(self._vocabulary)
        context = lexicon["context"]
        self._negation_window = int(context["negation_window"])
        words: set[str] = set()
        for name, phrases in lexicon["concepts"].items():
            words |= self._add(self._concepts, name, phrases)
        self._squeezed = {_DOUBLED.sub(r"\1", word): word for word in sorted(words)}
        for name, phrases in context.items():
            if isinstance(phrases, list):
                words |= self._add(self._context, name, phrases)
        self._known = words | {word for text in known_words for word in words_of(text)}
        self._targets = tuple(sorted(word for word in words if len(word) >= _SHORTEST_CORRECTED))
        self._foreign = ForeignFlags(languages or {}, self._known)

    def judge(self, text: str) -> TriageResult:
        """Judge one message.

        Args:
            text: the message as typed, of any length.

        Returns:
            The strictest class that counts, and everything that was found on the way.
        """
        sentences = sentences_of([self._corrected(token) for token in words_of(text)])
        findings = [finding for words in sentences for finding in self._judge_sentence(words)]
        foreign = self._foreign.find(text)
        everything = (*findings, *(_as_finding(flagged) for flagged in foreign))
        counting = [finding for finding in findings if finding.turned_off_by is None]
        order = list(TriageClass)
        strictest = min(counting, key=lambda finding: order.index(finding.triage_class), default=None)
        rule = next((rule for rule in self._rules if strictest is not None and rule.id == strictest.rule), None)
        if any(flagged.turned_off_by is None for flagged in foreign):
            return TriageResult(TriageClass.EMERGENCY, _phrase(rule, foreign), everything)
        if rule is None:
            return TriageResult(None, None, everything)
        return TriageResult(rule.triage_class, rule.phrase, everything)

    def _judge_sentence(self, words: Sequence[str]) -> list[Finding]:
        doc = Doc(self._vocabulary, words=list(words))
        matches = [_Match(self._vocabulary.strings[key], start, end) for key, start, end in self._concepts(doc)]
        if not matches:
            return []
        context = [_Match(self._vocabulary.strings[key], start, end) for key, start, end in self._context(doc)]

        findings = []
        for rule in self._rules:
            # A mention that counts is preferred: "no chest pain at first, now chest pain" is chest pain.
            judged = [(fired, self._turned_off(rule, fired, context, words)) for fired in _fire(rule, matches)]
            if judged:
                fired, reason = next((item for item in judged if item[1] is None), judged[0])
                spans = tuple(" ".join(words[match.start : match.end]) for match in fired)
                findings.append(Finding(rule.id, rule.triage_class, spans, reason))
        return findings

    def _turned_off(
        self, rule: _Rule, fired: Sequence[_Match], context: Sequence[_Match], words: Sequence[str]
    ) -> str | None:
        if words[fired[0].start] not in _INABILITY and self._negated(fired[0], context):
            return "negation"
        start = min(match.start for match in fired)
        near = [match for match in context if match.end > self._clause_start(start, context)]
        now = any(match.concept == "now" for match in context)
        if not rule.hypothetical and not now:
            if any(match.concept == "hypothetical" and match.start <= start for match in near):
                return "hypothetical"
            past = any(match.concept == "past" for match in context) or any(_YEAR.match(word) for word in words)
            if past and not any(match.concept == "present" for match in context):
                return "past"
            family = any(match.concept == "family" and match.start < start for match in near)
            if family and any(match.concept == "family_past" and match.start < start for match in near):
                return "experiencer"
        figures = [match for match in context if match.concept == "figurative" and not _in_idiom(match, context)]
        return "figurative" if rule.figurative and figures else None

    def _clause_start(self, position: int, context: Sequence[_Match]) -> int:
        """Where the clause of the word at `position` begins: "could it be nothing, because …" ends before it."""
        return max((end.end for end in context if end.concept == "clause_ends" and end.end <= position), default=0)

    def _negated(self, match: _Match, context: Sequence[_Match]) -> bool:
        for negation in context:
            if negation.concept != "negation" or not 0 <= match.start - negation.end < self._negation_window:
                continue
            ended = any(end.concept == "negation_ends" and negation.end <= end.start < match.start for end in context)
            if not ended and not _in_idiom(negation, context):
                return True
        return False

    def _add(self, matcher: PhraseMatcher, name: str, phrases: Sequence[str]) -> set[str]:
        split = [words_of(str(phrase)) for phrase in phrases]
        matcher.add(name, [Doc(self._vocabulary, words=words) for words in split if words])
        return {word for words in split for word in words}

    def _corrected(self, token: str) -> str:
        if token in self._known or token.isdigit():
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


def _as_finding(flagged: Flagged) -> Finding:
    rule = f"{flagged.flag}-{flagged.language}"
    return Finding(rule, TriageClass.EMERGENCY, (flagged.words,), flagged.turned_off_by)


def _phrase(rule: _Rule | None, foreign: Sequence[Flagged]) -> str:
    """What to say to red flags in another language, where `rule` is the strictest one in English."""
    counting = [flagged for flagged in foreign if flagged.turned_off_by is None]
    said = next((flagged for flagged in counting if flagged.flag == SELF_HARM), counting[0])
    phrase = rule.phrase if rule is not None and rule.triage_class is TriageClass.EMERGENCY else None
    return f"{'emergency_self_harm' if said.flag == SELF_HARM else phrase or 'emergency'}:{said.language}"


def _fire(rule: _Rule, matches: Sequence[_Match]) -> Iterator[list[_Match]]:
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


def _apart(one: _Match, other: _Match) -> int:
    """How many words lie between the two; negative where they overlap."""
    return max(one.start - other.end, other.start - one.end)


def _in_idiom(match: _Match, context: Sequence[_Match]) -> bool:
    """Whether `match` is part of "not well", "not a joke" and the like, which deny nothing."""
    return any(one.concept == "no_denial" and one.start < match.end and match.start < one.end for one in context)


def _read_rule(raw: dict[str, Any], concepts: dict[str, Any]) -> _Rule:
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
    return _Rule(
        id=raw["id"],
        triage_class=triage_class,
        concepts=names,
        every=every,
        window=int(raw.get("window", 0)),
        hypothetical=bool(raw.get("hypothetical", False)),
        figurative=bool(raw.get("figurative", False)),
        phrase=raw.get("text"),
    )
