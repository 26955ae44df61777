"""The engine of the understanding on CLINC150, a public set of 150 intents and of messages that have none of them.

The same tuning, heads, index and ONNX encoder as for a bundle, on other people's data, so that the figures can be held
against published ones (Larson et al. 2019, "An Evaluation Dataset for Intent Classification and Out-of-Scope
Prediction"). Everything was chosen on `val` and `oos_val`; `test` and `oos_test` are only counted.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mesofaq.errors import Code, Problem
from mesofaq.evaluate.bounds import clopper_pearson
from mesofaq.evaluate.rejection import Area, apply_threshold, area, choose_threshold
from mesofaq.knowledge.encoder import Encoder
from mesofaq.knowledge.examples import OUTSIDE, Example
from mesofaq.knowledge.export import export_encoder
from mesofaq.knowledge.head import LinearHead
from mesofaq.knowledge.index import QuestionIndex
from mesofaq.knowledge.tune import Plan
from mesofaq.understanding.normalise import normalise

__all__ = ["LOWEST_ACCURACY", "LOWEST_AREA", "PLAN", "Clinc150", "Messages", "Result", "Share", "measure", "read"]

LOWEST_ACCURACY = 0.965
"""The bar for the accuracy in scope, without rejection."""

LOWEST_AREA = 0.975
"""The bar for the area under the ROC curve of rejection."""

PLAN = Plan(passes=5, batch=32, rate=2e-4, frozen_layers=0, sharpness=16.0, smoothing=0.05, dropout=0.1)
"""How the encoder is tuned; unlike for the bundle, no layer but the word embeddings stays as it was learnt."""

_REPEATS = 5
"""How often each message of `oos_train` is taken: there are no more of them than of one intent, for everything else."""

_NEAREST = 8.0
"""How much nearness to single messages counts beside the head, in the score of an intent."""

_BATCH = 256

Messages = tuple[tuple[str, str], ...]
"""Texts and their intents."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Clinc150:
    """The six lists of the file, under its own names."""

    train: Messages
    val: Messages
    test: Messages
    oos_train: Messages
    oos_val: Messages
    oos_test: Messages


@dataclass(frozen=True)
class Share:
    """How many of how many, with exact 95 % bounds."""

    count: int
    total: int

    @property
    def value(self) -> float:
        """The share itself."""
        return self.count / self.total

    @property
    def bounds(self) -> tuple[float, float]:
        """Where the true share lies (Clopper-Pearson, 95 %)."""
        return clopper_pearson(self.count, self.total)


@dataclass(frozen=True)
class Result:
    """What was counted on one part.

    Args:
        part: `val` (everything was chosen on it) or `test`.
        accuracy: the right intent first among all intents, nothing rejected.
        area: how well the score tells messages in scope from others.
        accuracy_at_threshold: the right intent first, and not rejected.
        recall_at_threshold: messages out of scope that are rejected.
        threshold: chosen on `val` and `oos_val`.
    """

    part: str
    accuracy: Share
    area: Area
    accuracy_at_threshold: Share
    recall_at_threshold: Share
    threshold: float

    @property
    def passed(self) -> bool:
        """Whether both bars are reached."""
        return self.accuracy.value >= LOWEST_ACCURACY and self.area.value >= LOWEST_AREA


def read(path: Path) -> Clinc150:
    """Read CLINC150's JSON: an object of six lists of [text, intent].

    Raises:
        Problem: `not-found` when there is no such file; `content-invalid` when it is not CLINC150.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Problem(Code.NOT_FOUND, f"There is no file {path}: name CLINC150's data_full.json with --data.") from None
    except (OSError, ValueError):
        raise Problem(Code.CONTENT_INVALID, f"{path} cannot be read as JSON: name CLINC150's data_full.json.") from None
    if not isinstance(document, dict):
        raise Problem(Code.CONTENT_INVALID, f"{path} is not CLINC150: it must be an object of six lists.")
    data = Clinc150(*(_messages(path, document, field.name) for field in fields(Clinc150)))
    intents = {intent for _, intent in data.train}
    for name, messages in (("val", data.val), ("test", data.test)):
        unknown = sorted({intent for _, intent in messages} - intents)
        if unknown:
            message = f"{path}: '{name}' has intents that 'train' has no messages of: {', '.join(unknown[:3])}."
            raise Problem(Code.CONTENT_INVALID, message)
    return data


def _messages(path: Path, document: dict[str, object], name: str) -> Messages:
    rows = document.get(name)
    if not isinstance(rows, list) or not rows:
        raise Problem(Code.CONTENT_INVALID, f"{path} is not CLINC150: '{name}' must be a list of [text, intent].")
    for number, row in enumerate(rows, start=1):
        pair = isinstance(row, list) and len(row) == 2
        if not pair or not all(isinstance(part, str) and part.strip() for part in row):
            message = f"{path}: number {number} of '{name}' must be [text, intent], both with letters in them."
            raise Problem(Code.CONTENT_INVALID, message)
    return tuple((row[0], row[1]) for row in rows)


def measure(data: Clinc150, cache: Path, progress: Callable[[str], None], plan: Plan = PLAN) -> tuple[Result, Result]:
    """Tune the encoder on `train` and `oos_train`, choose a threshold, and count.

    Args:
        data: the set.
        cache: where tuned encoders are kept; the same data by the same plan is tuned once.
        progress: is told what is being done.
        plan: how to tune.

    Returns:
        What was counted on `val`, which everything was chosen on, and on `test`.

    Raises:
        Problem: as `export_encoder` does.
    """
    examples = [Example(normalise(text), f"intent:{intent}") for text, intent in data.train]
    outsiders = [Example(normalise(text), OUTSIDE) for text, _ in data.oos_train]
    exported = export_encoder("", [*examples, *outsiders * _REPEATS], cache, progress, plan)
    encoder = Encoder(exported.folder / "encoder.onnx", exported.folder / "tokenizer.json")
    progress(f"Encoding {len(examples) + len(outsiders)} training messages")
    known = [*examples, *outsiders]
    names = exported.tuned.labels.names
    columns = np.array([names.index(str(item.label)) for item in known], dtype=np.int64)
    index = QuestionIndex.of(_encode(encoder, [item.text for item in known], progress), columns, len(names))
    judge = _Judge(encoder, exported.tuned.labels, index)
    progress("Judging val and oos_val")
    val, right, oos_val = *judge.inside(data.val), judge.outside(data.oos_val)
    threshold = choose_threshold(val, right, oos_val)
    found = [_result("val", threshold, val, right, oos_val)]
    progress("Judging test and oos_test")
    return found[0], _result("test", threshold, *judge.inside(data.test), judge.outside(data.oos_test))


class _Judge:
    """Gives each message its intent and a score that is higher the surer it has one."""

    def __init__(self, encoder: Encoder, head: LinearHead, index: QuestionIndex) -> None:
        self._encoder = encoder
        self._head = head
        self._index = index
        self._intents = [column for column, name in enumerate(head.names) if name != OUTSIDE]

    def inside(self, messages: Messages) -> tuple[Numbers, npt.NDArray[np.bool_]]:
        """The scores, and whether the intent is right."""
        mixed = self._mixed(messages)
        best = np.array(self._intents)[mixed[:, self._intents].argmax(axis=1)]
        wanted = [self._head.names.index(f"intent:{intent}") for _, intent in messages]
        return self._scores(mixed), best == np.array(wanted)

    def outside(self, messages: Messages) -> Numbers:
        """The scores alone."""
        return self._scores(self._mixed(messages))

    def _mixed(self, messages: Messages) -> Numbers:
        vectors = self._encoder.encode([normalise(text) for text, _ in messages])
        nearness = np.stack([self._index.nearness(vector) for vector in vectors])
        return (self._head.scores(vectors) + _NEAREST * nearness).astype(np.float64)

    def _scores(self, mixed: Numbers) -> Numbers:
        scores: Numbers = mixed[:, self._intents].max(axis=1)
        return scores


def _result(part: str, threshold: float, inside: Numbers, right: npt.NDArray[np.bool_], outside: Numbers) -> Result:
    counted = apply_threshold(threshold, inside, right, outside)
    return Result(
        part=part,
        accuracy=Share(int(right.sum()), len(right)),
        area=area(inside, outside),
        accuracy_at_threshold=Share(counted.right, counted.inside),
        recall_at_threshold=Share(counted.rejected, counted.outside),
        threshold=threshold,
    )


def _encode(encoder: Encoder, texts: Sequence[str], progress: Callable[[str], None]) -> npt.NDArray[np.float32]:
    parts = []
    for start in range(0, len(texts), _BATCH * 16):
        parts.append(encoder.encode(texts[start : start + _BATCH * 16]))
        progress(f"Encoded {min(len(texts), start + _BATCH * 16)} of {len(texts)} messages")
    return np.concatenate(parts)
