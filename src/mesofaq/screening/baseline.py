"""How strict the pre-screening is at least: what a clinic may loosen only by an explicit override.

The floor is the protocol that MesoFAQ comes with, kept here as `baseline.yml` and not in `content/`, so that nobody
loosens it by editing an answer. Adding, rewording and making stricter need nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import yaml

from mesofaq.content.screening import Change, Outcome, Override, PastCounts, ScreeningItem, ScreeningProtocol

__all__ = ["REASON_MIN_CHARS", "Loosening", "looser", "overridden"]

REASON_MIN_CHARS = 20
_SHOWN = 5
_WHEREVER = ("anywhere", "lasting")
_HARMLESS = ("passing", "no_when_asked", "unlike")


@dataclass(frozen=True)
class Loosening:
    """One way in which a protocol is looser than the floor; `detail` is for people."""

    item: str
    change: Change
    detail: str


def looser(protocol: ScreeningProtocol) -> list[Loosening]:
    """Every way in which `protocol` is looser than the one that MesoFAQ comes with, overridden or not."""
    items = {item.id: item for item in protocol.items}
    found: list[Loosening] = []
    for item_id, floor in _floor().items():
        if item_id not in items:
            found.append(Loosening(item_id, Change.REMOVED, "the item is not asked any more"))
        else:
            found += _looser_item(items[item_id], floor)
    return found


def overridden(loosening: Loosening, protocol: ScreeningProtocol, today: date) -> Override | None:
    """The override by which a person answers for it; None where there is no complete one."""
    return next(
        (
            override
            for override in protocol.overrides
            if (override.item, override.change) == (loosening.item, loosening.change)
            and override.on <= today
            and len(override.reason.strip()) >= REASON_MIN_CHARS
        ),
        None,
    )


def _looser_item(item: ScreeningItem, floor: dict[str, Any]) -> Iterator[Loosening]:
    least = Outcome(floor["outcome"])
    if item.outcome.severity < least.severity:
        yield Loosening(item.id, Change.OUTCOME, f"'yes' leads to {item.outcome} instead of {least}")
    if item.past is PastCounts.NOTED and floor["past"] == PastCounts.FLAGGED:
        yield Loosening(item.id, Change.PAST, "what is over is only noted instead of flagged")
    wherever = {word for kind in _WHEREVER for word in getattr(item.words, kind)}
    asked = {*wherever, *item.words.when_asked}
    missing = (set(floor["wherever"]) - wherever) | (set(floor["when_asked"]) - asked)
    # A word can also be taken back by a longer phrase that means something harmless.
    harmless = {word for kind in _HARMLESS for word in getattr(item.words, kind)} - set(floor["harmless"]) - missing
    told = [f"these no longer count as a 'yes': {_some(sorted(missing))}"] if missing else []
    told += [f"these now mean no 'yes': {_some(sorted(harmless))}"] if harmless else []
    if told:
        yield Loosening(item.id, Change.WORDS, "; ".join(told))


def _some(words: list[str]) -> str:
    return ", ".join(words[:_SHOWN]) + (f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else "")


@cache
def _floor() -> dict[str, dict[str, Any]]:
    text = resources.files("mesofaq.screening").joinpath("baseline.yml").read_text(encoding="utf-8")
    floor: dict[str, dict[str, Any]] = yaml.safe_load(text)["items"]
    return floor
