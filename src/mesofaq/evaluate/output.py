"""One evaluation with everything that came of it, and the same as JSON for programs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mesofaq.evaluate.cases import Part
from mesofaq.evaluate.judge import Judged
from mesofaq.evaluate.results import Result, Worth
from mesofaq.evaluate.summary import Group, PartSummary, Row, Share
from mesofaq.evaluate.turns import JudgedDialogue
from mesofaq.knowledge.bundle import Bundle

__all__ = ["PART_NOTES", "Evaluation", "as_document", "evidence", "transcript"]

PART_NOTES = {
    Part.HELD_BACK: "Held back: nothing was tuned on these messages.",
    Part.DEVELOPMENT: (
        "Development: nothing was fitted on these messages, but they may have been looked at and things compared on "
        "them. These figures flatter somewhat."
    ),
    Part.TUNE: (
        "Tuned on, or open to it: the thresholds were chosen on content/calibration/, and lines marked 'tune' may be "
        "worked with. These figures flatter."
    ),
}


@dataclass(frozen=True)
class Evaluation:
    """One run: with which bundle, over which files, and all that came of it."""

    bundle: Bundle
    files: tuple[Path, ...]
    judged: tuple[Judged, ...]
    played: tuple[JudgedDialogue, ...]
    summaries: tuple[PartSummary, ...]
    broken_bars: tuple[str, ...]

    @property
    def bad(self) -> list[Judged]:
        """The messages that must be looked at one by one."""
        return [item for item in self.judged if item.worth is Worth.BAD]

    @property
    def derailed(self) -> list[JudgedDialogue]:
        """The dialogues in which a turn was not right."""
        return [item for item in self.played if item.result is Result.WRONG]


def evidence(item: Judged) -> dict[str, Any]:
    """Why one message fared as it did: text, expected and got, probabilities, nearest question and thresholds."""
    decision, best, second = item.understanding.decision, item.best, item.runner_up
    return {
        "id": item.case.id,
        "place": item.case.place,
        "part": str(item.case.part),
        "text": item.case.text,
        "expected": str(item.case.expected),
        "got": item.got,
        "result": str(item.result),
        "best": best.model_dump() if best else None,
        "runner_up": second.model_dump() if second else None,
        "thresholds": {"answer": decision.answer_threshold, "clarify": decision.clarify_threshold}
        if decision
        else None,
        "triage": [
            finding.model_dump() for finding in item.understanding.triage.findings if finding.turned_off_by is None
        ],
    }


def transcript(item: JudgedDialogue) -> dict[str, Any]:
    """What was said in one dialogue, by both sides, and how each turn fared."""
    return {
        "id": item.dialogue.id,
        "place": item.dialogue.place,
        "part": str(item.dialogue.part),
        "turns": [
            {
                "user": turn.turn.text,
                "expected": str(turn.turn.expected),
                "got": turn.got,
                "result": str(turn.result),
                "replies": [reply.text for reply in turn.replies],
            }
            for turn in item.turns
        ],
    }


def as_document(run: Evaluation, *, only_figures: bool = False) -> dict[str, Any]:
    """Everything, for programs.

    Args:
        run: what to tell.
        only_figures: leave out whatever tells of a single message or dialogue.
    """
    thresholds = run.bundle.thresholds
    document: dict[str, Any] = {
        "bundle": run.bundle.id,
        "thresholds": {"answer": thresholds.answer, "clarify": thresholds.clarify},
        "files": [str(path) for path in run.files],
        "parts": [_part(summary, only_figures=only_figures) for summary in run.summaries],
    }
    if not only_figures:
        document["bad"] = [evidence(item) for item in run.bad]
        document["dialogues_not_right"] = [transcript(item) for item in run.derailed]
    return {**document, "bars_not_reached": list(run.broken_bars)}


def _part(summary: PartSummary, *, only_figures: bool) -> dict[str, Any]:
    document: dict[str, Any] = {
        "part": str(summary.part),
        "tuned_on": summary.part is Part.TUNE,
        "messages": summary.messages,
        "word_for_word_in_the_bundle": summary.seen,
        "dialogues": summary.dialogues,
        "groups": [_group(group, only_figures=only_figures) for group in summary.groups],
    }
    if not only_figures:
        document["confusions"] = [
            {"expected": pair.expected, "got": pair.got, "count": pair.count, "ids": list(pair.ids)}
            for pair in summary.confusions
        ]
    return document


def _group(group: Group, *, only_figures: bool) -> dict[str, Any]:
    document: dict[str, Any] = {
        "group": group.name,
        "results": {str(result): _share(share) for result, share in group.shares.items()},
    }
    if not only_figures:
        # A note may be about one message alone.
        document |= {"voices": [_row(row) for row in group.voices], "topics": [_row(row) for row in group.topics]}
    return document


def _share(share: Share) -> dict[str, Any]:
    low, high = share.bounds
    return {
        "count": share.count,
        "of": share.of,
        "rate": round(share.rate, 4),
        "low": round(low, 4),
        "high": round(high, 4),
    }


def _row(row: Row) -> dict[str, Any]:
    return {"name": row.name, "of": row.of, "right": row.good, "wrong": row.bad}
