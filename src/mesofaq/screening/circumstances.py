"""What stands around a condition in an answer: is it denied, doubted, over, somebody else's, only supposed?

The words for it are those of the triage lexicon (`context` in `content/triage.yml`), so that one context rule holds in
both places, and beside them those that only an answer has: "stopped", "healed", "me neither". In doubt a condition
counts: what makes it harmless must be said plainly.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mesofaq.screening import circumstance_words as words_for

__all__ = ["Past", "Person", "Words", "only_circumstances"]


class Past(StrEnum):
    """How surely something is over."""

    OVER = "over"
    RECENT = "recent"
    VAGUE = "vague"


class Person(StrEnum):
    """Whose it is."""

    SELF = "self"
    OTHER = "other"


def only_circumstances(words: Sequence[str]) -> bool:
    """Whether these words speak of nothing of their own: "stopped two years ago" does not, "stopped smoking" does."""
    return bool(words) and all(word in words_for.CIRCUMSTANCES or word.replace(".", "").isdigit() for word in words)


@dataclass(frozen=True)
class Words:
    """The words of the triage lexicon that context rules share.

    Args:
        family: relatives and friends.
        negation: single words that deny what follows.
        past: phrases for a past long ago.
    """

    family: frozenset[str] = words_for.FAMILY
    negation: frozenset[str] = words_for.NEGATIONS
    past: tuple[str, ...] = ()

    @classmethod
    def of(cls, context: Mapping[str, object]) -> "Words":
        """The lists of the triage lexicon's `context`, and this module's own."""

        def words(name: str) -> list[str]:
            found = context.get(name)
            return [str(word).replace("'", "") for word in found] if isinstance(found, list) else []

        single = {word for word in words("negation") if " " not in word}
        return cls(words_for.FAMILY | set(words("family")), words_for.NEGATIONS | single, tuple(words("past")))

    def whose(self, before: Sequence[str], after: Sequence[str], *, for_other: bool) -> Person | None:
        """Whose a condition is, by the person named nearest before it; None where nobody is.

        Args:
            before: the words of the clause before it.
            after: those after it.
            for_other: the answers are about somebody else, so that "she" and "my mum" are whom they are about.
        """
        if any(word in ("family", "relatives", "ancestors") for word in (*before[-6:], *after[:5])) and not for_other:
            return None if words_for.TOO.search(" ".join(after)) else Person.OTHER
        leads = after[:1] and after[0] in ("in", "on", "for", "with", "from", "of") and not for_other
        if leads and any(word in self.family for word in after[1:5]):
            return Person.OTHER
        if after[:1] and after[0] in ("patients", "people", "clients") and not for_other:
            return Person.OTHER
        for place in range(len(before) - 1, -1, -1):
            word = before[place]
            known = word in self.family or (word.endswith("s") and word[:-1] in self.family)
            led_by = before[place - 1] if place > 0 else ""
            cared_for = place > 1 and before[place - 2] in words_for.CARES_FOR
            nobody = word in words_for.OFTEN_NOBODY and (
                cared_for or led_by in words_for.NO_OWNERS or (word == "baby" and place == len(before) - 1)
            )
            if for_other and known and led_by in ("his", "her", "their"):
                return Person.OTHER  # "his brother": a relative of whom the answers are about
            if word in words_for.OTHERS or (known and not nobody):
                return Person.SELF if for_other else Person.OTHER
            if word in ("i", "im", "ive", "id", "we", "myself", "me"):
                return Person.OTHER if for_other else Person.SELF
        return None

    def denied(self, before: Sequence[str], after: Sequence[str]) -> bool:
        """Whether a condition is denied by the words before it, or by what is said of it afterwards."""
        if words_for.WELL_BEFORE.search(" ".join(before)):
            return True
        text = words_for.NO_DENIAL.sub(" ", " ".join(before))
        words = text.split()
        following = " ".join(after)
        if following.startswith(("yes", "yep", "yeah")):
            return False
        if (
            words_for.DENIED_AFTER.match(following)
            or words_for.WELL.match(following)
            or words_for.RULED_OUT.search(following)
        ):
            return True
        if words_for.DENIAL_OF_BELIEF.search(text):
            return True
        cues = [word for word in words if word in self.negation]
        if "without" in cues and len(cues) > 1:
            return False
        return bool(cues)

    @staticmethod
    def well(before: Sequence[str], after: Sequence[str]) -> bool:
        """Whether the thing named is said to be in order: "my liver is fine", "healthy heart"."""
        return (
            words_for.WELL.match(" ".join(after)) is not None
            or words_for.WELL_BEFORE.search(" ".join(before)) is not None
        )

    @staticmethod
    def unwell(before: Sequence[str], after: Sequence[str]) -> bool:
        """Whether the words around a part of the body may say that something is wrong with it."""
        return words_for.UNWELL.search(" ".join(("<", *before, "|", *after))) is not None

    @staticmethod
    def no_longer(words: Sequence[str]) -> bool:
        """Whether what is denied was there before: "not on warfarin any more"."""
        return words_for.NO_LONGER.search(" ".join(words)) is not None

    @staticmethod
    def refers(before: Sequence[str], after: Sequence[str]) -> bool:
        """Whether an answer is meant and not the condition: "the allergy was wrong", "the question about the liver"."""
        return (
            words_for.REFERS_AFTER.match(" ".join(after)) is not None
            or words_for.REFERS_BEFORE.search(" ".join(before)) is not None
        )

    def over(self, words: Sequence[str]) -> Past | None:
        """Whether something is over, by the words of its clause and of what goes on about it."""
        text = words_for.NOTHING_SINCE.sub(" ", " ".join(words))
        ended = words_for.ENDS.search(text) is not None and words_for.UNFINISHED.search(text) is None
        past = words_for.AGO.search(text) is not None or any(re.search(rf"\b{phrase}\b", text) for phrase in self.past)
        was = words_for.PAST_VERB.search(text) is not None
        now = words_for.PRESENT.search(text) is not None
        if words_for.RETURNED.search(text):
            return None
        if words_for.RECENT.search(text) and (ended or was) and not (now and not ended):
            return Past.RECENT
        if ended and not re.search(r"\bstill (have|take|on|got|taking|there|here)\b", text):
            return Past.OVER
        if past and not now and (was or words_for.PRESENT_VERB.search(text) is None):
            # "I got ringworm last year" says when it began.
            return Past.VAGUE if words_for.ONSET.search(text) and not was else Past.OVER
        if was and not now and words_for.PRESENT_VERB.search(text) is None:
            return Past.VAGUE
        return None

    @staticmethod
    def doubted(words: Sequence[str]) -> bool:
        """Whether the patient is unsure of it."""
        text = " ".join(words)
        return words_for.DOUBTS.search(text) is not None and words_for.DENIAL_OF_BELIEF.search(text) is None

    @staticmethod
    def reacts_to(words: Sequence[str]) -> bool:
        """Whether what follows is what somebody reacts to: "allergic to aspirin"."""
        return words_for.REACTS_TO.search(" ".join(words)) is not None

    @staticmethod
    def own_in_question(words: Sequence[str]) -> bool:
        """Whether a question speaks of the asker's own condition: "can I have it with my …", "if I am on …"."""
        text = " ".join(words) + " "
        return words_for.OWN.search(text) is not None and words_for.OF_ANYBODY.search(text) is None

    @staticmethod
    def supposed(words: Sequence[str]) -> bool:
        """Whether it is only talked of: "what if I get", "heard about"."""
        return words_for.SUPPOSED.search(" ".join(words)) is not None

    @staticmethod
    def returned(words: Sequence[str]) -> bool:
        """Whether something that was over has come back."""
        return words_for.RETURNED.search(" ".join(words)) is not None

    @staticmethod
    def not_mine(words: Sequence[str]) -> bool:
        """Whether it is said to be somebody else's: "that was my sister, not me"."""
        return words_for.NOT_MINE.search(" ".join(words)) is not None

    def shared(self, words: Collection[str] | Sequence[str]) -> bool:
        """Whether what was said of somebody else is said to hold for the patient, too: "my mum and so do i"."""
        text = " ".join(words)
        return words_for.TOO.search(text) is not None and words_for.NOT_ME.search(text) is None
