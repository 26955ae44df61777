"""The encoder's second opinion on triage: does a message sound like an emergency, a complication, a medicine change?

It knows what rules cannot list ("my tongue feels too big for my mouth"). It may raise a message and never lowers one:
what the rules found stands. Tuned by `tune` on `content/triage_examples/` against all other examples.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from mesofaq.knowledge.encoder import Vectors
from mesofaq.knowledge.head import LinearHead, softmax
from mesofaq.knowledge.lexical import Features, LexicalHead

__all__ = ["ORDINARY", "Alarm", "Blend", "Opinion"]

ORDINARY = "ordinary"


@dataclass(frozen=True)
class Alarm:
    """From which probability on the opinion counts; fitted by `calibration` at the cost of missing somebody.

    Args:
        emergency: taken for an emergency.
        ask_if_now: sure enough to ask whether it is happening now.
        person: one of the classes that a person must answer.
    """

    emergency: float
    ask_if_now: float
    person: float

    def as_dict(self) -> dict[str, float]:
        """For the bundle's `decision.json`."""
        return asdict(self)


@dataclass(frozen=True)
class Blend:
    """How much the wording counts beside the vector, and how sure both together may sound; fitted by `alarm`."""

    lexical: float
    scale: float


class Opinion:
    """A linear head on the sentence vector and one on the wording, weighed together.

    Args:
        head: on the vector; its names are the classes, and `ordinary` is one of them.
        lexical: on the wording, with the same columns.
        blend: how the two are weighed.
    """

    def __init__(self, head: LinearHead, lexical: LexicalHead, blend: Blend) -> None:
        self.head = head
        self._lexical = lexical
        self._blend = blend

    def probabilities(self, wordings: Sequence[Features], vectors: Vectors) -> list[dict[str, float]]:
        """The probability of each class for each text, by its wording and its vector (a row of `vectors`)."""
        lexical = np.stack([self._lexical.scores(features) for features in wordings])
        mixed = self.head.scores(vectors) + np.float32(self._blend.lexical) * lexical
        shares = softmax(mixed * np.float32(self._blend.scale))
        return [
            {name: round(float(value), 4) for name, value in zip(self.head.names, row, strict=True)} for row in shares
        ]
