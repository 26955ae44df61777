"""Tunes the encoder and its heads together on the examples. Build time only (PyTorch).

Two linear heads stand on the unit sentence vector: which label a message has, and which class of the triage. Both
losses are added, so that one vector serves retrieval, decision and the second opinion, and one run of the encoder
is enough for a message. The word embeddings and the lowest layers stay as they were learnt: a few thousand messages
could only spoil them. docs/evaluation.md has the comparison with frozen vectors and with other set-ups.
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from mesofaq.knowledge.augment import Augmenter, Target
from mesofaq.knowledge.examples import Example
from mesofaq.knowledge.head import LinearHead

__all__ = ["Plan", "Tuned", "tune"]


@dataclass(frozen=True)
class Plan:
    """How to tune.

    Args:
        passes: over the examples.
        card_share: the share of the cards' questions, drawn anew, that each pass takes: there are so many that all of
            them would take time from what is harder to learn.
        batch: messages a step; fewer where there are so few examples that a pass would have fewer than 50 steps.
        rate: the encoder's highest learning rate.
        head_rate: the heads'.
        frozen_layers: how many of the lowest layers stay as they are.
        sharpness: the factor on the cosines of the heads.
        smoothing: the share of a label's probability that is spread over all others, against false certainty.
        dropout: of the transformer. Over so few passes it only takes time: drawing its masks was a quarter of it.
        seed: of everything that is drawn.
    """

    passes: int = 3
    card_share: float = 0.6
    batch: int = 192
    rate: float = 8e-4
    head_rate: float = 3e-3
    frozen_layers: int = 4
    sharpness: float = 16.0
    smoothing: float = 0.01
    dropout: float = 0.0
    seed: int = 20261122


@dataclass(frozen=True)
class Tuned:
    """The two heads that were tuned along with the encoder."""

    labels: LinearHead
    triage: LinearHead


_WARM_UP = 0.06
_LOWEST_RATE = 0.02
_LONGEST_TOKENS = 48
_LEAST_STEPS = 50
_SMALLEST_BATCH = 16
_CHUNK_BATCHES = 20
_SAY_EVERY_S = 5.0
_ENOUGH_FOR_A_MEAN = 40


def tune(model: Any, examples: Sequence[Example], progress: Callable[[str], None], plan: Plan | None = None) -> Tuned:
    """Tune `model` in place.

    Args:
        model: a sentence-transformers model whose first module is a BERT-like transformer.
        examples: what to learn from.
        progress: is told how far it is and how long it takes.
        plan: how; by default as for the bundle.

    Returns:
        The fitted heads. The same examples on the same machine give the same result.
    """
    import torch

    with _threads():
        torch.manual_seed((plan or Plan()).seed)
        return _Tuning(model, examples, plan or Plan()).run(progress)


class _Tuning:
    def __init__(self, model: Any, examples: Sequence[Example], plan: Plan) -> None:
        import torch

        self._plan = plan
        self._model = model
        self._tokenizer = model.tokenizer
        self._transformer = model[0].model
        self._augmenter = Augmenter(examples, plan.seed, plan.card_share)
        self._labels = tuple(sorted({item.label for item in examples if item.label is not None}))
        self._classes = tuple(sorted({item.triage for item in examples}))
        # PyTorch's fused attention spends half of a step on the way back on a CPU; plain products do not.
        self._transformer.set_attn_implementation("eager")
        for module in self._transformer.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = plan.dropout
        layers = self._transformer.encoder.layer[: plan.frozen_layers]
        self._frozen = [self._transformer.embeddings, *layers] if plan.frozen_layers else []
        for frozen in (self._transformer.embeddings, *layers):
            for parameter in frozen.parameters():
                parameter.requires_grad = False
        self._exact = [{name: value.clone() for name, value in part.state_dict().items()} for part in self._frozen]
        if _fast_bfloat16():
            # What does not change need not be exact meanwhile, and is not turned into bfloat16 anew in every step.
            for part in self._frozen:
                part.to(torch.bfloat16)
        dimensions = model.get_embedding_dimension()
        self._label_head = torch.nn.Linear(dimensions, len(self._labels))
        self._triage_head = torch.nn.Linear(dimensions, len(self._classes))
        self._start_at_the_means(examples)
        body = [parameter for parameter in self._transformer.parameters() if parameter.requires_grad]
        heads = [*self._label_head.parameters(), *self._triage_head.parameters()]
        self._optimizer = torch.optim.AdamW(
            [{"params": body, "lr": plan.rate}, {"params": heads, "lr": plan.head_rate}], fused=True
        )

    def run(self, progress: Callable[[str], None]) -> Tuned:
        plan, clock = self._plan, _Clock(progress)
        self._model.train()
        targets = self._augmenter.draw()
        size = max(_SMALLEST_BATCH, min(plan.batch, len(targets) // _LEAST_STEPS))
        # Passes differ by a message or two, drawn anew; the rate only needs to know about how many steps there are.
        total = plan.passes * (len(targets) // size + 1)
        for number in range(plan.passes):
            targets = targets if number == 0 else self._augmenter.draw()
            for batch in self._batches(targets, size):
                self._step(batch, clock.steps / total)
                clock.tick(total)
        self._model.eval()
        for part, exact in zip(self._frozen, self._exact, strict=True):
            part.float().load_state_dict(exact)
        return Tuned(self._fitted(self._labels, self._label_head), self._fitted(self._classes, self._triage_head))

    def _step(self, batch: Sequence[Target], done: float) -> None:
        import torch

        plan = self._plan
        factor = min(1.0, (done + 1e-3) / _WARM_UP) * max(_LOWEST_RATE, 1.0 - done)
        for group, rate in zip(self._optimizer.param_groups, (plan.rate, plan.head_rate), strict=True):
            group["lr"] = rate * factor
        with torch.autocast("cpu", torch.bfloat16, enabled=_fast_bfloat16()):
            vectors = self._vectors([target.text for target in batch])
        cross_entropy = torch.nn.CrossEntropyLoss(label_smoothing=plan.smoothing)
        classes = torch.tensor([self._classes.index(target.triage) for target in batch])
        loss = cross_entropy(plan.sharpness * self._triage_head(vectors), classes)
        labelled = [row for row, target in enumerate(batch) if target.labels]
        if labelled:
            shares = torch.zeros(len(labelled), len(self._labels))
            for place, row in enumerate(labelled):
                for label in batch[row].labels:
                    shares[place, self._labels.index(label)] += 1.0 / len(batch[row].labels)
            loss = loss + cross_entropy(plan.sharpness * self._label_head(vectors[labelled]), shares)
        loss.backward()  # type: ignore[no-untyped-call,unused-ignore]
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)

    def _vectors(self, texts: Sequence[str]) -> Any:
        import torch

        features = self._tokenizer(
            list(texts), padding=True, truncation=True, max_length=_LONGEST_TOKENS, return_tensors="pt"
        )
        embedding = self._model({"input_ids": features["input_ids"], "attention_mask": features["attention_mask"]})
        return torch.nn.functional.normalize(embedding["sentence_embedding"].float(), dim=1)

    def _batches(self, targets: Sequence[Target], size: int) -> Iterator[list[Target]]:
        """Batches of about equal length, so that little is padded, in a drawn order."""
        import torch

        order = torch.randperm(len(targets)).tolist()
        batches: list[list[Target]] = []
        for start in range(0, len(order), size * _CHUNK_BATCHES):
            chunk = sorted(
                (targets[place] for place in order[start : start + size * _CHUNK_BATCHES]),
                key=lambda target: len(target.text),
            )
            batches += [chunk[at : at + size] for at in range(0, len(chunk), size)]
        for place in torch.randperm(len(batches)).tolist():
            yield batches[place]

    def _start_at_the_means(self, examples: Sequence[Example]) -> None:
        """Each head's rows begin as the mean vectors of some examples: nearest-mean is a good guess to start from."""
        import torch

        of_labels = _some_of_each(item.label for item in examples)
        of_classes = _some_of_each(item.triage for item in examples)
        rows = sorted({*of_labels, *of_classes}, key=lambda row: len(examples[row].text))
        vectors = torch.zeros(len(examples), self._label_head.in_features)
        self._model.eval()
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=_fast_bfloat16()):
            for start in range(0, len(rows), 64):
                batch = rows[start : start + 64]
                vectors[batch] = self._vectors([examples[row].text for row in batch])
        _set_to_means(self._label_head, self._labels, of_labels, vectors)
        _set_to_means(self._triage_head, self._classes, of_classes, vectors)

    def _fitted(self, names: tuple[str, ...], head: Any) -> LinearHead:
        weights = head.weight.detach().numpy().T * self._plan.sharpness
        bias = head.bias.detach().numpy() * self._plan.sharpness
        return LinearHead(names, np.ascontiguousarray(weights, dtype=np.float32), bias.astype(np.float32))


def _some_of_each(names: Iterable[str | None]) -> dict[int, str]:
    """The first examples of each name: their row and name."""
    seen: Counter[str] = Counter()
    chosen: dict[int, str] = {}
    for row, name in enumerate(names):
        if name is not None and seen[name] < _ENOUGH_FOR_A_MEAN:
            seen[name] += 1
            chosen[row] = name
    return chosen


def _set_to_means(head: Any, names: Sequence[str], chosen: Mapping[int, str], vectors: Any) -> None:
    import torch

    for place, name in enumerate(names):
        mean = vectors[[row for row, label in chosen.items() if label == name]].mean(dim=0)
        with torch.no_grad():
            head.weight[place] = torch.nn.functional.normalize(mean, dim=0)
            head.bias[place] = 0.0


class _Clock:
    """Counts steps and says now and then how far it is."""

    def __init__(self, progress: Callable[[str], None]) -> None:
        self.steps = 0
        self._progress = progress
        self._began = self._said = time.monotonic()

    def tick(self, total: int) -> None:
        """One step more of `total`."""
        self.steps += 1
        now = time.monotonic()
        if now - self._said >= _SAY_EVERY_S:
            self._said = now
            left = (now - self._began) / self.steps * max(0, total - self.steps)
            self._progress(f"Tuning the encoder: {self.steps} of {total} steps, about {left:.0f} s left")


@contextmanager
def _threads() -> Iterator[None]:
    """As many threads as this process may use cores."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _fast_bfloat16() -> bool:
    """Whether this processor reckons in bfloat16, at twice the speed; where it only imitates it, it is slower."""
    import torch

    return any(
        bool(getattr(torch.cpu, name, lambda: False)())
        for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    )
