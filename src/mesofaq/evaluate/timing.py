"""How long understanding one message takes, beside its encoder alone, measured alternately in the same run."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Latencies", "UnderstandingTimes", "time_understanding"]

_WARM_UP = 20


@dataclass(frozen=True)
class Latencies:
    """How long so many calls took, in milliseconds; a percentile is a time that was really measured."""

    count: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    most_ms: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Latencies | None":
        """The latencies of calls that took `seconds` each, or None where there was no call."""
        if not seconds:
            return None
        milliseconds = np.asarray(seconds) * 1000
        p50, p95, p99 = np.percentile(milliseconds, [50, 95, 99], method="inverted_cdf")
        return cls(len(seconds), float(p50), float(p95), float(p99), float(milliseconds.max()))


@dataclass(frozen=True)
class UnderstandingTimes:
    """The whole understanding, and the encoder's share of it."""

    understanding: Latencies
    encoder: Latencies

    @property
    def ratio(self) -> float:
        """How many times as long as the encoder the whole takes, at the median."""
        return self.understanding.p50_ms / self.encoder.p50_ms


def time_understanding(
    texts: Sequence[str],
    understand: Callable[[str], object],
    encode: Callable[[str], object],
    *,
    rounds: int = 3,
    clock: Callable[[], float] = time.perf_counter,
) -> UnderstandingTimes:
    """Time both over `texts`, one call after another in this thread, after a warm-up.

    A ratio to something of the same run holds on other machines and beside other work, where milliseconds do not.

    Args:
        texts: the messages; there must be one.
        understand: the whole understanding of one.
        encode: the encoder alone on one.
        rounds: how often to go over them.
        clock: seconds that only go forward.

    Raises:
        ValueError: there is nothing to measure.
    """
    for text in texts[:_WARM_UP]:
        encode(text)
        understand(text)
    whole: list[float] = []
    alone: list[float] = []
    for _ in range(rounds):
        for text in texts:
            began = clock()
            encode(text)
            between = clock()
            understand(text)
            whole.append(clock() - between)
            alone.append(between - began)
    understanding, encoder = Latencies.of(whole), Latencies.of(alone)
    if understanding is None or encoder is None:
        raise ValueError("there are no messages to time")
    return UnderstandingTimes(understanding, encoder)
