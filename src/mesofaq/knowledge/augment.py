"""Makes further training messages out of the examples, anew for each pass over them. Build time only.

Phone typing, a greeting before the question, an alarming sentence inside a friendly one, two questions at once, a
question in the light of the one before: each is common, and none can be written out for every example.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from mesofaq.knowledge.examples import OUTSIDE, Example, after
from mesofaq.knowledge.opinion import ORDINARY

__all__ = ["Augmenter", "Target"]

_MISSPELT_MESSAGES = 0.3
_MISSPELT_WORDS = 0.12
_UNPUNCTUATED = 0.5
_FRAMED = 0.06
_IN_CONTEXT = 0.06
_ALARMS_INSIDE = 0.1
_TWO_QUESTIONS = 0.05
_SHORT_WORDS = 10

_KEYBOARD = "qwertyuiop asdfghjkl zxcvbnm"
_MARKS = re.compile(r"[.,?!;']")
_JOINTS = (". ", " ", "? ", ". also ", ", btw ", ". oh and ", "! ", " and ")
_BETWEEN_QUESTIONS = (" and ", "? ", "? and ", ", also ", " also ", ". ")
_OPENINGS = ("hi, ", "hello ", "thanks. ", "ok thanks, ", "good morning. ", "great. ", "thank you! ", "hey ", "sorry, ")
_ENDINGS = (" thanks", " please", ". thank you", " pls", " ty", "? cheers")


@dataclass(frozen=True)
class Target:
    """What a training message stands for: labels with equal shares (none: not said), and the class of the triage."""

    text: str
    labels: tuple[str, ...]
    triage: str


def _is_long_tail(example: Example) -> bool:
    """What no card and no act answers, and what only means something after an answer: there are enough of both."""
    return example.label == OUTSIDE or example.follows


class Augmenter:
    """Draws training messages; the same seed draws the same ones.

    Args:
        examples: everything that there is to learn from.
        seed: of the draw.
        card_share: the share of the cards' questions that each pass takes.
    """

    def __init__(self, examples: Sequence[Example], seed: int, card_share: float = 1.0) -> None:
        self._card_share = card_share
        self._random = random.Random(seed)  # noqa: S311
        self._examples = examples
        self._cards = [item for item in examples if item.label is not None and item.label.startswith("card:")]
        # A few words each, and few beside the cards' questions: once a pass is not enough for them to hold their own.
        self._acts = [item for item in examples if (item.label or "").startswith("act:") and not _is_long_tail(item)]
        self._shown = [item for item in self._cards if item.shown]
        self._raised = [item for item in examples if item.triage != ORDINARY]
        self._harmless = [item for item in examples if item.label is None and item.triage == ORDINARY]

    def draw(self) -> list[Target]:
        """One pass: the examples, each as it is or changed, those of dialogue acts twice, and the mixed ones."""
        targets = [self._vary(example) for example in self._examples if self._taken(example)]
        targets += [self._vary(example) for example in self._acts]
        if self._cards:
            targets += [self._alarm_inside() for _ in range(int(_ALARMS_INSIDE * len(self._raised)))]
            targets += [self._harmless_inside() for _ in range(int(_ALARMS_INSIDE * len(self._harmless)))]
            targets += [self._two_questions() for _ in range(int(_TWO_QUESTIONS * len(self._cards)))]
        return targets

    def _taken(self, example: Example) -> bool:
        of_a_card = example.label is not None and example.label.startswith("card:") and not example.shown
        return not of_a_card or self._card_share >= 1.0 or self._chance(self._card_share)

    def _vary(self, example: Example) -> Target:
        labels = () if example.label is None else (example.label,)
        text = self._mistype(example.text) if self._chance(_MISSPELT_MESSAGES) else example.text
        if example.label is None or example.triage != ORDINARY:
            return Target(text, labels, example.triage)
        question = example.label == OUTSIDE or example.label.startswith("card:")
        if question and self._chance(_FRAMED):
            framed = self._random.choice(_OPENINGS) + text if self._chance(0.6) else text
            text = framed if framed != text else text + self._random.choice(_ENDINGS)
        elif self._shown and len(text.split()) <= _SHORT_WORDS and not example.follows and self._chance(_IN_CONTEXT):
            text = after(self._random.choice(self._shown).text, text)
        return Target(text, labels, example.triage)

    def _alarm_inside(self) -> Target:
        alarm = self._random.choice(self._raised)
        return Target(self._beside_a_question(alarm), (OUTSIDE,), alarm.triage)

    def _harmless_inside(self) -> Target:
        """What only sounds alarming beside a question, so that the mixture itself does not sound alarming."""
        return Target(self._beside_a_question(self._random.choice(self._harmless)), (), ORDINARY)

    def _beside_a_question(self, example: Example) -> str:
        parts = [example.text, self._random.choice(self._cards).text]
        self._random.shuffle(parts)
        text = self._random.choice(_JOINTS).join(parts)
        return self._mistype(text) if self._chance(_MISSPELT_MESSAGES) else text

    def _two_questions(self) -> Target:
        one, other = self._random.choice(self._cards), self._random.choice(self._cards)
        labels = tuple(item.label for item in (one, other) if item.label is not None)
        return Target(self._random.choice(_BETWEEN_QUESTIONS).join((one.text, other.text)), labels, ORDINARY)

    def _mistype(self, text: str) -> str:
        words = [self._mistyped(word) if self._chance(_MISSPELT_WORDS) else word for word in text.split(" ")]
        text = " ".join(words)
        return _MARKS.sub("", text) if self._chance(_UNPUNCTUATED) else text

    def _mistyped(self, word: str) -> str:
        if len(word) < 4:
            return word
        place = self._random.randrange(len(word) - 1)
        before, here, rest = word[:place], word[place], word[place + 1 :]
        slip = self._random.random()
        if slip < 0.3:
            return before + rest[0] + here + rest[1:]
        if slip < 0.6:
            return before + rest
        if slip < 0.8:
            return before + here + here + rest
        key = _KEYBOARD.find(here)
        beside = _KEYBOARD[key + 1] if 0 <= key < len(_KEYBOARD) - 1 else " "
        return before + (beside if beside != " " else "e") + rest

    def _chance(self, share: float) -> bool:
        return self._random.random() < share
