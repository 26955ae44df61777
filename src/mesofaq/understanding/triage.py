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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mesofaq.content.languages import LanguageFlags
from mesofaq.understanding.foreign import SELF_HARM, Flagged, ForeignFlags
from mesofaq.understanding.lexicon import LexiconSpeller, Match, Rule, TriageClass, fire, read_rule
from mesofaq.understanding.matching import Doc, PhraseMatcher, new_vocabulary
from mesofaq.understanding.sentences import sentences_of, words_of

__all__ = ["Finding", "Triage", "TriageClass", "TriageResult"]

_YEAR = re.compile(r"^(19|20)\d\d$")
_DOUBLED = re.compile(r"(.)\1+")
_INABILITY = frozenset({"cant", "cannot", "can", "couldnt", "wont"})
"""No 'no' or 'not' before "cant breathe" denies it."""
_DOUBTFUL = frozenset({"figurative", "elsewhere", "hypothetical"})
"""Context that leaves a match standing where nothing else turns it off, but makes it one to ask about."""
_SHORTEST_CORRECTED = 5
_TWO_EDITS_FROM = 9


@dataclass(frozen=True)
class Finding:
    """One rule that matched: the words that fired it, and why it does not count, if it does not.

    `asks`: its words mean danger in one message and a figure of speech in another ("I nearly fainted when I saw the
    bill"), so a second opinion may be heard before it is called an emergency.
    """

    rule: str
    triage_class: TriageClass
    words: tuple[str, ...]
    turned_off_by: str | None = None
    asks: bool = False


@dataclass(frozen=True)
class TriageResult:
    """The class that counts (None: an ordinary message), its phrase in `phrases.yml`, and every finding.

    An emergency found in another language has the phrase `emergency:fr` or `emergency_self_harm:fr`: said in it, too.
    """

    triage_class: TriageClass | None
    phrase: str | None
    findings: tuple[Finding, ...]

    @property
    def asks(self) -> bool:
        """Whether it is an emergency by words only that also stand in harmless messages."""
        counting = [item for item in self.findings if item.turned_off_by is None]
        sure = any(item.triage_class is TriageClass.EMERGENCY and not item.asks for item in counting)
        return self.triage_class is TriageClass.EMERGENCY and not sure


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
        self._rules = tuple(read_rule(raw, lexicon["concepts"]) for raw in lexicon["rules"])
        self._concepts = PhraseMatcher(self._vocabulary)
        self._context = PhraseMatcher(self._vocabulary)
        context = lexicon["context"]
        self.context: dict[str, Any] = context
        """The words for context, which answers to the pre-screening are read by, too."""
        self._negation_window = int(context["negation_window"])
        words: set[str] = set()
        for name, phrases in lexicon["concepts"].items():
            words |= self._add(self._concepts, name, phrases)
        for name, phrases in context.items():
            if isinstance(phrases, list):
                words |= self._add(self._context, name, phrases)
        self._speller = LexiconSpeller(words, (word for text in known_words for word in words_of(text)))
        self._foreign = ForeignFlags(languages or {}, self._speller.known)

    def judge(self, text: str) -> TriageResult:
        """Judge one message.

        Args:
            text: the message as typed, of any length.

        Returns:
            The strictest class that counts, and everything that was found on the way.
        """
        sentences = sentences_of([self._speller.correct(token) for token in words_of(text)])
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
        matches = [Match(self._vocabulary.strings[key], start, end) for key, start, end in self._concepts(doc)]
        if not matches:
            return []
        context = [Match(self._vocabulary.strings[key], start, end) for key, start, end in self._context(doc)]

        findings = []
        for rule in self._rules:
            # A mention that counts is preferred: "no chest pain at first, now chest pain" is chest pain.
            judged = [(found, self._turned_off(rule, found, context, words)) for found in fire(rule, matches)]
            if judged:
                fired_by, reason = next((item for item in judged if item[1] is None), judged[0])
                spans = tuple(" ".join(words[match.start : match.end]) for match in fired_by)
                asks = rule.asks or any(match.concept in _DOUBTFUL for match in context)
                findings.append(Finding(rule.id, rule.triage_class, spans, reason, asks))
        return findings

    def _turned_off(
        self, rule: Rule, fired: Sequence[Match], context: Sequence[Match], words: Sequence[str]
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

    def _clause_start(self, position: int, context: Sequence[Match]) -> int:
        """Where the clause of the word at `position` begins: "could it be nothing, because …" ends before it."""
        return max((end.end for end in context if end.concept == "clause_ends" and end.end <= position), default=0)

    def _negated(self, match: Match, context: Sequence[Match]) -> bool:
        for negation in context:
            if negation.concept != "negation" or not 0 <= match.start - negation.end < self._negation_window:
                continue
            # "no i cant breathe": a match that begins with who it is said of is past the reach of the "no", too.
            ended = any(end.concept == "negation_ends" and negation.end <= end.start <= match.start for end in context)
            if not ended and not _in_idiom(negation, context):
                return True
        return False

    def _add(self, matcher: PhraseMatcher, name: str, phrases: Sequence[str]) -> set[str]:
        split = [words_of(str(phrase)) for phrase in phrases]
        matcher.add(name, [Doc(self._vocabulary, words=words) for words in split if words])
        return {word for words in split for word in words}


def _as_finding(flagged: Flagged) -> Finding:
    rule = f"{flagged.flag}-{flagged.language}"
    return Finding(rule, TriageClass.EMERGENCY, (flagged.words,), flagged.turned_off_by)


def _phrase(rule: Rule | None, foreign: Sequence[Flagged]) -> str:
    """What to say to red flags in another language, where `rule` is the strictest one in English."""
    counting = [flagged for flagged in foreign if flagged.turned_off_by is None]
    said = next((flagged for flagged in counting if flagged.flag == SELF_HARM), counting[0])
    phrase = rule.phrase if rule is not None and rule.triage_class is TriageClass.EMERGENCY else None
    return f"{'emergency_self_harm' if said.flag == SELF_HARM else phrase or 'emergency'}:{said.language}"


def _in_idiom(match: Match, context: Sequence[Match]) -> bool:
    """Whether `match` is part of "not well", "not a joke" and the like, which deny nothing."""
    return any(one.concept == "no_denial" and one.start < match.end and match.start < one.end for one in context)
