"""Groups questions that ask for the same, so that staff see "12 people asked about parking".

Each question is a vector of the live bundle's encoder. Groups are merged step by step, the two of the highest average
cosine first (average linkage), until no two reach `SAME_QUESTION`. The questions are put in order first, so the
same questions give the same groups, in whatever order they come.

Nothing is kept: vectors and groups live as long as the page that shows them, and an erased text is in none of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mesofaq.knowledge.bundle import Bundle
from mesofaq.knowledge.encoder import Vectors
from mesofaq.understanding.normalise import normalise

__all__ = ["SAME_QUESTION", "Cluster", "Question", "cluster", "vectors_of"]

SAME_QUESTION = 0.6
"""From which average cosine on two groups ask for the same.

Tried on questions outside the cards: paraphrases of one request hold together up to 0.66 and more, different requests
begin to meet below 0.57. A wrong member is seen at a glance, a torn group is not.
"""
_MAX_CHARS = 400
"""A question is in its first words; longer texts would make the page wait."""


class Question(Protocol):
    """What can be grouped."""

    @property
    def message_id(self) -> str:
        """Which message asks it."""

    @property
    def conversation_id(self) -> str:
        """Whose it is: a person who asks twice counts once."""

    @property
    def text(self) -> str:
        """The words."""


@dataclass(frozen=True)
class Cluster:
    """Questions that ask for the same: the one in their middle, and all others, the nearest to it first.

    `people` is the number of conversations, not of messages.
    """

    central: Question
    others: tuple[Question, ...]
    people: int

    @property
    def members(self) -> tuple[Question, ...]:
        """All of it, the one in the middle first."""
        return (self.central, *self.others)


def vectors_of(texts: Sequence[str], bundle: Bundle) -> Vectors:
    """The vectors of texts as a message's is made: normalised and spelt first. Shape (texts, dimensions)."""
    return bundle.encoder.encode([bundle.speller.correct(normalise(text[:_MAX_CHARS])) for text in texts])


def cluster(questions: Sequence[Question], bundle: Bundle, same: float = SAME_QUESTION) -> tuple[Cluster, ...]:
    """Group questions, the largest group first; one that nobody else asked is a group of its own.

    Args:
        questions: at most some hundreds: it takes time and memory by the square of their number.
        bundle: whose encoder reads them.
        same: from which average cosine on two groups are one.
    """
    if not questions:
        return ()
    ordered = sorted(questions, key=lambda question: (question.text, question.message_id))
    # The same text has the same vector: it is read once.
    texts = [text for text, _ in groupby(question.text for question in ordered)]
    number = {text: position for position, text in enumerate(texts)}
    vectors = vectors_of(texts, bundle)[[number[question.text] for question in ordered]].astype(np.float64)
    cosines = vectors @ vectors.T
    groups = [_described(members, ordered, cosines) for members in _merge(cosines, same)]
    return tuple(sorted(groups, key=lambda group: (-group.people, group.central.text, group.central.message_id)))


def _merge(cosines: npt.NDArray[np.float64], same: float) -> list[list[int]]:
    """Average linkage: the rows of each group."""
    count = len(cosines)
    near = cosines.copy()
    np.fill_diagonal(near, -np.inf)
    members: list[list[int]] = [[row] for row in range(count)]
    while count > 1:
        first, second = sorted(map(int, divmod(int(np.argmax(near)), len(near))))
        if near[first, second] < same:
            break
        sizes = len(members[first]), len(members[second])
        # The average cosine to the merged group, from the averages to its two parts.
        merged = (sizes[0] * near[first] + sizes[1] * near[second]) / sum(sizes)
        near[first, :] = near[:, first] = merged
        near[first, first] = -np.inf
        near[second, :] = near[:, second] = -np.inf
        members[first] += members[second]
        members[second] = []
        count -= 1
    return [group for group in members if group]


def _described(members: list[int], questions: Sequence[Question], cosines: npt.NDArray[np.float64]) -> Cluster:
    members = sorted(members)
    central = members[int(np.argmax(cosines[np.ix_(members, members)].sum(axis=1)))]
    others = sorted((row for row in members if row != central), key=lambda row: (-cosines[central, row], row))
    people = len({questions[row].conversation_id for row in members})
    return Cluster(questions[central], tuple(questions[row] for row in others), people)
