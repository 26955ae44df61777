"""Which cards, and which dialogue act, a message may mean: the bundle's head, made exact where the wording is ours."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mesofaq.knowledge.bundle import Bundle
from mesofaq.knowledge.encoder import Vectors
from mesofaq.knowledge.examples import after
from mesofaq.knowledge.lexical import Features
from mesofaq.understanding.first_look import Piece
from mesofaq.understanding.models import ActFound, Candidate
from mesofaq.understanding.normalise import fold_for_matching

__all__ = ["Retrieval", "Retrieved"]

_CANDIDATES = 5
_NEIGHBOURS = 24
_FOLLOW_UP_WORDS = 10
_CLEAR_ALONE = 0.9
_FOLLOW_UP = re.compile(r"(and|what about|how about|same|or|also|even|so|then|but)\b", re.IGNORECASE)
_JOINTS = re.compile(r"[?;.]\s+(?:and\s+|also\s+)?|,\s*(?:and\s+|also\s+)?|\s+(?:and|or|plus|also|&)\s+", re.IGNORECASE)
_ANOTHER_QUESTION = re.compile(r"[?.;]\s*(and|also|plus)\b", re.IGNORECASE)
_MOST_JOINTS = 4
_SECOND_QUESTION = 0.05
_HALF_IS_CLEAR = 0.4


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

    def search(self, text: str, whole: Piece, follows: str | None = None) -> Retrieved:
        """The act and cards that a message may mean.

        Args:
            text: the message as typed.
            whole: the same, normalised and spelt, with its vector and wording.
            follows: the card that was answered last, if any: "and coffee?" is read in the light of its question.

        A wording that is word for word one of ours (a button's text, an example) has its label for certain; case,
        punctuation and spaces do not matter.
        """
        plain = whole.text
        neighbours = self._bundle.index.neighbours(whole.vector)
        probabilities = self._bundle.head.probabilities(whole.vector, whole.wording, neighbours)
        exact = self._exact.get(fold_for_matching(text))
        if exact is not None:
            probabilities *= 0.01
            probabilities[exact] = 0.99 + 0.01 * probabilities[exact]
        elif follows in self._bundle.cards and len(plain.split()) <= _FOLLOW_UP_WORDS:
            joined = self._in_context(plain, probabilities, follows)
            if joined is not None:
                neighbours = self._bundle.index.neighbours(joined)
                probabilities = self._bundle.head.probabilities(joined, None, neighbours)
        nearest = self._nearest(neighbours)
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

    def _in_context(self, plain: str, alone: npt.NDArray[np.float32], follows: str) -> Vectors | None:
        """The vector of a short message read after the question of `follows`; None where it is clear by itself.

        What is clear by itself stays as it is, unless it begins as only a follow-up does: "and before?".
        """
        if alone.max() >= _CLEAR_ALONE and not _FOLLOW_UP.match(plain):
            return None
        question = self._bundle.cards[follows].question
        joined: Vectors = self._bundle.encoder.encode([after(question, plain)])[0]
        return joined

    def both(
        self, plain: str, clauses: Sequence[Piece], candidates: Sequence[Candidate], threshold: float
    ) -> tuple[str, ...]:
        """The two cards that a message asks for, in the order asked: "does it hurt and how long …"; else none.

        Args:
            plain: the message, normalised and spelt.
            clauses: its sentences, where it has several.
            candidates: the likeliest cards for the whole.
            threshold: from which probability on a card is answered.
        """
        if plain.count("?") > 1 or _ANOTHER_QUESTION.search(plain):
            found = [card for piece in clauses if (card := self._card(piece.vector, piece.wording, threshold))]
            if len(set(found)) == 2 and candidates and candidates[0].card in found:
                return tuple(dict.fromkeys(found))
        if len(candidates) < 2 or candidates[1].probability < _SECOND_QUESTION:
            return ()
        # One probability is shared by both questions; each half by itself must mean one of them.
        wanted = {candidates[0].card, candidates[1].card}
        for joint in list(_JOINTS.finditer(plain))[:_MOST_JOINTS]:
            halves = [plain[: joint.start()], plain[joint.end() :]]
            if not all(half.strip() for half in halves):
                continue
            cards = [
                self._card(vector, self._bundle.wording.features(half), _HALF_IS_CLEAR)
                for half, vector in zip(halves, self._bundle.encoder.encode(halves), strict=True)
            ]
            if set(cards) == wanted:
                return tuple(card for card in cards if card is not None)
        return ()

    def _card(self, vector: Vectors, wording: Features, least: float) -> str | None:
        """The likeliest label of a part, if it is a card and as likely as `least`."""
        probabilities = self._bundle.head.probabilities(vector, wording)
        best = int(np.argmax(probabilities))
        label = self._bundle.labels[best]
        clear = probabilities[best] >= least and label.startswith("card:")
        return label.removeprefix("card:") if clear else None

    def _nearest(self, neighbours: Sequence[tuple[int, float]]) -> dict[str, tuple[str, float]]:
        """For each label among the nearest questions, its nearest one and the cosine."""
        found: dict[str, tuple[str, float]] = {}
        for row, cosine in neighbours[:_NEIGHBOURS]:
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
