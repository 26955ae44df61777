"""Reckons a finished screening: which items are flagged, and what the clinic must do. Never 'you are suitable'."""

from collections.abc import Mapping

from mesofaq.chat.models import About, ScreeningAnswer, ScreeningDraft
from mesofaq.content.screening import Outcome, ScreeningProtocol

__all__ = ["reckon"]


def reckon(
    protocol: ScreeningProtocol,
    answers: Mapping[str, ScreeningAnswer],
    *,
    about: About = About.SELF,
    supersedes: str | None = None,
) -> ScreeningDraft:
    """The result of a screening.

    'Yes' leads to the item's own outcome; 'not sure', skipped and unanswered lead to a review; the strictest item
    decides. What is over and healed is noted. Where it stayed unclear whose answers they are, a clinician looks.

    Args:
        protocol: the items and their outcomes.
        answers: how each item was answered, by item id; a missing one counts as not answered.
        about: whose answers they are.
        supersedes: the id of the screening that this one corrects.

    Returns:
        The result, its flags and what is noted in the protocol's order, and every answer.
    """
    result = Outcome.REVIEW if about is About.UNCLEAR else Outcome.NO_FLAGS
    flags: list[str] = []
    noted: list[str] = []
    complete: list[ScreeningAnswer] = []
    for item in protocol.items:
        answer = answers.get(item.id) or ScreeningAnswer(item=item.id, reading="not_answered")
        complete.append(answer)
        if answer.reading == "no":
            continue
        outcome = item.outcome if answer.reading == "yes" else Outcome.REVIEW
        if answer.reading == "past" or outcome is Outcome.NO_FLAGS:
            noted.append(item.id)
            continue
        flags.append(item.id)
        result = max(result, outcome, key=lambda value: value.severity)
    return ScreeningDraft(
        protocol_version=protocol.version,
        about=about,
        result=result.value,
        flags=tuple(flags),
        noted=tuple(noted),
        answers=tuple(complete),
        supersedes=supersedes,
    )
