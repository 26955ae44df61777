"""Reckons a finished screening: which items are flagged, and what the clinic must do. Never 'you are suitable'."""

from collections.abc import Mapping

from mesofaq.chat.models import ScreeningAnswer, ScreeningDraft
from mesofaq.content.models import Outcome, ScreeningProtocol

__all__ = ["reckon"]


def reckon(protocol: ScreeningProtocol, answers: Mapping[str, ScreeningAnswer]) -> ScreeningDraft:
    """The result of a screening.

    'Yes' leads to the item's own outcome; 'not sure', skipped and unanswered lead to a review; the strictest item
    decides.

    Args:
        protocol: the items and their outcomes.
        answers: how each item was answered, by item id; a missing one counts as not answered.

    Returns:
        The result, its flags in the protocol's order, and every answer.
    """
    result = Outcome.NO_FLAGS
    flags: list[str] = []
    complete: list[ScreeningAnswer] = []
    for item in protocol.items:
        answer = answers.get(item.id) or ScreeningAnswer(item=item.id, reading="not_answered")
        complete.append(answer)
        if answer.reading == "no":
            continue
        flags.append(item.id)
        outcome = item.outcome if answer.reading == "yes" else Outcome.REVIEW
        result = max(result, outcome, key=lambda value: value.severity)
    return ScreeningDraft(
        protocol_version=protocol.version, result=result.value, flags=tuple(flags), answers=tuple(complete)
    )
