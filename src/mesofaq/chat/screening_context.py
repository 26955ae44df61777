"""What the pre-screening must know before a message is understood: what was asked, what was told, what was finished."""

from mesofaq.chat.models import About, DialogueState
from mesofaq.store.records import ScreeningContext
from mesofaq.understanding.models import Context, FinishedScreening, Volunteered

__all__ = ["with_screening"]

_CONDITIONS = ("yes", "unsure", "past", "no")


def with_screening(context: Context, record: ScreeningContext) -> Context:
    """`context` with what the record says of the conversation's screening."""
    state = DialogueState.model_validate(record.state) if record.state else None
    own: dict[str, Volunteered] = {}
    of_other: dict[str, Volunteered] = {}
    speaks_for_other = False
    for message_id, understanding in record.told:
        for_other = understanding.get("screening_whose") == About.OTHER
        speaks_for_other = speaks_for_other or for_other
        named = understanding.get("screening_named") or ()
        for item, reading in (understanding.get("screening") or {}).items():
            if reading in _CONDITIONS:
                told = Volunteered(reading=reading, message_id=message_id, named=item in named)
                (of_other if for_other else own)[item] = told
    finished = None
    if record.last_id is not None and state is None:
        finished = FinishedScreening(id=record.last_id, about=str(record.last_about), answers=record.last_answers)
    return context.model_copy(
        update={
            "pending_item": state.item if state else None,
            "pending_follow_up": state.follow_up if state else None,
            "asked_whose": state.asks_whose if state else False,
            "for_other": state is not None and state.about is About.OTHER,
            "volunteered": own,
            "volunteered_of_other": of_other,
            "speaks_for_other": speaks_for_other,
            "finished": finished,
        }
    )
