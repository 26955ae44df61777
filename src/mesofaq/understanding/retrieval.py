"""Which cards, and which dialogue act, a message may mean: the bundle's head, made exact where the wording is ours."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from mesofaq.knowledge.bundle import Bundle
from mesofaq.knowledge.encoder import Vectors
from mesofaq.understanding.models import ActFound, Candidate
from mesofaq.understanding.normalise import fold_for_matching

__all__ = ["Retrieval", "Retrieved"]

_CANDIDATES = 5
_NEIGHBOURS = 24


@dataclass(frozen=True)
class Retrieved:
    """The likeliest act and the likeliest cards, best first. Their probabilities share one sum with all labels.

    `exact`: the message is word for word one of our own wordings.
    """

    act: ActFound | None
    candidates: tuple[Candidate, ...]
    top_is_act: bool
    exact: bool


class Retrieval:
    """Searches one bundle.

    Args:
        bundle: the loaded bundle; its FAISS index and head are used as they are.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        labels = bundle.labels
        self._cards = np.array([position for position, label in enumerate(labels) if label.startswith("card:")])
        self._acts = np.array([position for position, label in enumerate(labels) if label.startswith("act:")])
        self._exact = _exact_labels(bundle)

    def search(self, text: str, plain: str, vector: Vectors) -> Retrieved:
        """The act and cards that a message may mean.

        Args:
            text: the message as typed.
            plain: the same, normalised and spelt.
            vector: the sentence vector of `plain`, shape (dimensions,).

        A wording that is word for word one of ours (a button's text, an example) has its label for certain; case,
        punctuation and spaces do not matter.
        """
        probabilities = self._bundle.head.probabilities(plain, vector).copy()
        exact = self._exact.get(fold_for_matching(text))
        if exact is not None:
            probabilities *= 0.01
            probabilities[exact] = 0.99 + 0.01 * probabilities[exact]
        nearest = self._nearest(vector)
        best_cards = self._cards[np.argsort(-probabilities[self._cards])[:_CANDIDATES]]
        candidates = []
        for position in best_cards:
            label = self._bundle.labels[position]
            question, cosine = nearest.get(label, (None, None))
            candidates.append(
                Candidate(
                    card=label.removeprefix("card:"),
                    probability=round(float(probabilities[position]), 4),
                    nearest=question,
                    cosine=cosine,
                )
            )
        act = None
        if len(self._acts):
            best_act = self._acts[int(np.argmax(probabilities[self._acts]))]
            act = ActFound(
                name=self._bundle.labels[best_act].removeprefix("act:"),
                probability=round(float(probabilities[best_act]), 4),
            )
        top = self._bundle.labels[int(np.argmax(probabilities))]
        return Retrieved(act, tuple(candidates), top.startswith("act:"), exact is not None)

    def _nearest(self, vector: Vectors) -> dict[str, tuple[str, float]]:
        """For each label among the nearest questions, its nearest one and the cosine."""
        found: dict[str, tuple[str, float]] = {}
        for row, cosine in self._bundle.index.search(vector, min(_NEIGHBOURS, len(self._bundle.entries))):
            entry = self._bundle.entries[row]
            found.setdefault(entry.label, (entry.text, round(cosine, 4)))
        return found


def _exact_labels(bundle: Bundle) -> dict[str, int]:
    """Folded wordings that stand for exactly one label. A shown wording outranks an example of another card."""
    number = {label: position for position, label in enumerate(bundle.labels)}
    shown: dict[str, set[int]] = defaultdict(set)
    examples: dict[str, set[int]] = defaultdict(set)
    for entry in bundle.entries:
        (shown if entry.shown else examples)[fold_for_matching(entry.text)].add(number[entry.label])
    merged = {**examples, **shown}
    return {wording: next(iter(labels)) for wording, labels in merged.items() if wording and len(labels) == 1}
