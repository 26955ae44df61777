"""What is fitted once the encoder is tuned: the heads on the wording, mixtures, thresholds, alarm. Build time only.

The heads learn from the examples. Everything else is chosen on `content/calibration/`, which nothing was learnt from.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mesofaq.knowledge.alarm import choose_alarm, choose_blend, read_triage_set
from mesofaq.knowledge.calibration import Calibration, calibrate, read_calibration_set
from mesofaq.knowledge.encoder import Encoder
from mesofaq.knowledge.examples import Example
from mesofaq.knowledge.index import QuestionIndex
from mesofaq.knowledge.lexical import LexicalHead, Wording, fit_head, fit_wording
from mesofaq.knowledge.opinion import ORDINARY, Alarm, Blend, Opinion
from mesofaq.knowledge.tune import Tuned
from mesofaq.understanding.normalise import normalise
from mesofaq.understanding.spelling import Speller

__all__ = ["Choices", "WordHeads", "choose", "fit_words"]


@dataclass(frozen=True)
class WordHeads:
    """The wording, and its head for the labels and for the classes of the triage."""

    wording: Wording
    labels: LexicalHead
    triage: LexicalHead


@dataclass(frozen=True)
class Choices:
    """What was chosen on the calibration sets."""

    calibration: Calibration
    blend: Blend
    alarm: Alarm


def fit_words(examples: Sequence[Example], tuned: Tuned) -> WordHeads:
    """Fit both heads on the wording.

    Args:
        examples: what to learn from; follow-ups are left out, because half of their words are those of another message.
        tuned: the heads on the vectors, whose columns they take over.
    """
    own = [item for item in examples if not item.follows]
    wording = fit_wording([item.text for item in own])
    found = [wording.features(item.text) for item in own]
    labelled = [(features, item.label) for features, item in zip(found, own, strict=True) if item.label is not None]
    size = len(wording.vocabulary)
    return WordHeads(
        wording,
        fit_head(size, [one for one, _ in labelled], [label for _, label in labelled], tuned.labels.names),
        fit_head(size, found, [item.triage for item in own], tuned.triage.names),
    )


def choose(
    folder: Path,
    card_ids: Collection[str],
    tuned: Tuned,
    words: WordHeads,
    encoder: Encoder,
    index: QuestionIndex,
    speller: Speller,
) -> Choices:
    """Choose the mixtures, the thresholds of the decision, and those of the second opinion on triage.

    Args:
        folder: `content/calibration`.
        card_ids: the cards that there are.
        tuned: the heads on the vectors.
        words: the heads on the wording.
        encoder: the one that is served.
        index: over the questions.
        speller: as messages are spelt before they are encoded.

    Raises:
        Problem: `content-invalid`, with file and line.
    """
    questions, truth = read_calibration_set(folder, card_ids)
    alarms, classes = read_triage_set(folder)
    spelt = [speller.correct(normalise(text)) for text in (*questions, *alarms)]
    vectors, wordings = encoder.encode(spelt), [words.wording.features(text) for text in spelt]
    asked = range(len(questions))
    calibration = calibrate(
        tuned.labels.scores(vectors[: len(questions)]),
        np.stack([index.nearness(vectors[row]) for row in asked]),
        np.stack([words.labels.scores(wordings[row]) for row in asked]),
        truth,
        tuned.labels.names,
    )
    # A question that a card answers is what must not be raised; what no card answers may be.
    inside = [row for row in asked if truth[row] is not None]
    judged = [*inside, *range(len(questions), len(spelt))]
    kinds = [ORDINARY] * len(inside) + classes
    theirs, said = vectors[judged], [wordings[row] for row in judged]
    lexical = np.stack([words.triage.scores(features) for features in said])
    blend = choose_blend(tuned.triage.scores(theirs), lexical, kinds, tuned.triage.names)
    opinions = Opinion(tuned.triage, words.triage, blend).probabilities(said, theirs)
    return Choices(calibration, blend, choose_alarm(opinions, kinds))
