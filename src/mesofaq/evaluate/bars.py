"""The figures that must be reached: `--fail-under right=0.75`, `--fail-over wrong=0.08`.

A bar names a result of the questions in scope (`right`), or a group and its result (`out-of-scope.answered`,
`emergency.noticed`, `dialogue-turns.right`). It is held against what is held back, where there is any of that group;
else against development messages; else against what was tuned on, which proves nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mesofaq.errors import Code, Problem
from mesofaq.evaluate.cases import Part
from mesofaq.evaluate.results import DIALOGUES, GROUPS, TURNS
from mesofaq.evaluate.summary import PartSummary, Share

__all__ = ["Bar", "check", "parse_bar", "split_screening_bars"]

_WHICH = {Part.HELD_BACK: "held back", Part.DEVELOPMENT: "development", Part.TUNE: "tuned on"}
_COUNTED = {TURNS: "turns", DIALOGUES: "dialogues"}


@dataclass(frozen=True)
class Bar:
    """One bar.

    Args:
        group: the messages it is about.
        result: what is counted among them.
        limit: the share, from 0 to 1.
        at_least: the share must not be under the limit; otherwise it must not be over it.
    """

    group: str
    result: str
    limit: float
    at_least: bool

    def broken(self, share: Share) -> bool:
        """Whether `share` does not reach the bar."""
        return share.rate < self.limit if self.at_least else share.rate > self.limit


def split_screening_bars(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """Bars of messages and dialogues, and those of the pre-screening (`screening.exact=0.97`)."""
    screening = [text for text in texts if text.strip().startswith("screening.")]
    return [text for text in texts if text not in screening], screening


def parse_bar(text: str, *, at_least: bool) -> Bar:
    """Read `right=0.75` or `out-of-scope.answered=0.05`.

    Raises:
        Problem: `invalid-request`, saying what a bar can be.
    """
    name, _, number = text.partition("=")
    group, _, result = name.strip().rpartition(".")
    group = group or "in-scope"
    try:
        limit = float(number)
    except ValueError:
        limit = -1.0
    if not 0 <= limit <= 1:
        raise Problem(Code.INVALID_REQUEST, f"'{text}' is no bar: write a name and a share, e.g. right=0.75.")
    if group not in GROUPS:
        raise Problem(Code.INVALID_REQUEST, f"There are no messages '{group}'; there can be {', '.join(GROUPS)}.")
    allowed = GROUPS[group]
    if result not in list(allowed):
        raise Problem(Code.INVALID_REQUEST, f"'{group}' has no result '{result}'; it has {', '.join(allowed)}.")
    return Bar(group, result, limit, at_least)


def check(bars: Sequence[Bar], summaries: Sequence[PartSummary]) -> list[str]:
    """Hold the figures against the bars, each against the first of `summaries` that has messages of its group.

    Returns:
        One sentence for each bar that is not reached.

    Raises:
        Problem: `invalid-request`, a bar is about messages of which there are none: it must not pass for that.
    """
    sentences = []
    for bar in bars:
        for summary in summaries:
            share = summary.share(bar.group, bar.result)
            if share is not None:
                break
        else:
            message = f"No message belongs to {bar.group}, so '{bar.result}' cannot be held against {bar.limit:g}."
            raise Problem(Code.INVALID_REQUEST, message)
        if bar.broken(share):
            side = "under" if bar.at_least else "over"
            sentences.append(
                f"{bar.group} {bar.result} is {share.rate:.3f}, {side} the bar of {bar.limit:g} "
                f"({share.count} of {share.of} {_COUNTED.get(bar.group, 'messages')}, {_WHICH[summary.part]})."
            )
    return sentences
