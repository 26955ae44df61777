"""The first look at a message: the rules of triage, and the encoder's second opinion on top of them.

What the rules found stands. The opinion raises a message on which the rules are silent: to an emergency, to a class
that a person must answer, or, when it is less sure, to asking whether it is happening now.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from mesofaq.knowledge.bundle import Bundle
from mesofaq.knowledge.encoder import Vectors
from mesofaq.understanding.normalise import normalise
from mesofaq.understanding.triage import Triage, TriageClass, TriageResult

__all__ = ["FirstLook", "Raised", "look_at"]

# Chosen on the `tune` halves of tests/eval: of emergencies without a key word as many as possible, of ordinary
# questions about one in a hundred. docs/evaluation.md has the figures of both halves.
_EMERGENCY = 0.5
_EMERGENCY_IN_A_SENTENCE = 0.9
_ASK_IF_NOW = 0.2
_PERSON_ANSWERS = {
    TriageClass.COMPLICATION: 0.6,
    TriageClass.MEDICINE_CHANGE: 0.5,
    TriageClass.PERSONAL_MEDICAL: 0.5,
}

_SENTENCES = re.compile(r"(?<=[.?!;])\s+|\n+|\s+(?=(?:but|also|and now)\s)")
_SHORTEST_SENTENCE_WORDS = 4
_MOST_SENTENCES = 8


class Raised(StrEnum):
    """What the opinion makes of a message, beside the classes of triage."""

    ASK_IF_NOW = "ask_if_now"


@dataclass(frozen=True)
class FirstLook:
    """What was seen at first.

    `triage_class` is what counts: the rules', else what the opinion raises the message to. `plain` is the message
    normalised and spelt, `vector` its sentence vector (shape (dimensions,)): nothing is done twice.
    """

    rules: TriageResult
    triage_class: TriageClass | Raised | None
    opinion: dict[str, float]
    plain: str
    vector: Vectors


def look_at(text: str, triage: Triage, bundle: Bundle) -> FirstLook:
    """Look at one message, as typed."""
    rules = triage.judge(text)
    plain = bundle.speller.correct(normalise(text))
    # Cut before white space is made plain, because a line break ends a sentence.
    sentences = [
        bundle.speller.correct(normalise(part))
        for part in _SENTENCES.split(text)
        if len(part.split()) >= _SHORTEST_SENTENCE_WORDS
    ]
    parts = sentences[-_MOST_SENTENCES:] if len(sentences) > 1 else []
    vectors = bundle.encoder.encode([plain, *parts])
    opinion = bundle.opinion.probabilities(plain, vectors[0])
    in_a_sentence = max(
        (_emergency(bundle, part, vector) for part, vector in zip(parts, vectors[1:], strict=True)), default=0.0
    )
    raised = rules.triage_class or _raise(opinion, in_a_sentence)
    return FirstLook(rules, raised, opinion, plain, np.asarray(vectors[0], dtype=np.float32))


def _emergency(bundle: Bundle, text: str, vector: Vectors) -> float:
    return bundle.opinion.probabilities(text, vector).get(TriageClass.EMERGENCY, 0.0)


def _raise(opinion: dict[str, float], in_a_sentence: float) -> TriageClass | Raised | None:
    emergency = opinion.get(TriageClass.EMERGENCY, 0.0)
    if emergency >= _EMERGENCY or in_a_sentence >= _EMERGENCY_IN_A_SENTENCE:
        return TriageClass.EMERGENCY
    for triage_class, threshold in _PERSON_ANSWERS.items():
        if opinion.get(triage_class, 0.0) >= threshold:
            return triage_class
    return Raised.ASK_IF_NOW if emergency >= _ASK_IF_NOW else None
