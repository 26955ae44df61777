"""Passing a message on to a person: what the patient is told of it, and what is said while a person is there."""

from collections.abc import Sequence

from mesofaq.chat.assistant import Assistant
from mesofaq.chat.models import Priority, Reason, ReplyDraft
from mesofaq.dialogue.replies import Replies
from mesofaq.handoff.promise import Promise
from mesofaq.handoff.same import asks_again, may_be_dropped
from mesofaq.handoff.states import State
from mesofaq.store.store import Store
from mesofaq.understanding.models import Understanding
from mesofaq.understanding.triage import TriageClass

__all__ = ["Passing", "beside_a_person"]


def beside_a_person(understanding: Understanding, replies: Replies) -> list[ReplyDraft]:
    """What comes of a message while a person has the conversation: nothing is said but what keeps somebody safe.

    A complication raises the handoff; the store writes no text of it.
    """
    if understanding.intent == "ask_if_now":
        return [replies.ask_if_now()]
    if understanding.triage.triage_class == TriageClass.COMPLICATION:
        return [replies.handoff(Reason.COMPLICATION)]
    return []


class Passing:
    """Completes the drafts that hand a question over.

    Args:
        store: the system of record.
        assistant: words, and the encoder that tells how near two questions are.
        promise: by when there is an answer.
    """

    def __init__(self, store: Store, assistant: Assistant, promise: Promise) -> None:
        self._store = store
        self._assistant = assistant
        self._promise = promise

    def on(self, conversation_id: str, text: str, drafts: list[ReplyDraft]) -> list[ReplyDraft]:
        """The drafts, where they hand over: not the same thing twice, and with when to expect an answer."""
        if not any(draft.handoff for draft in drafts):
            return drafts
        replies, waits = self._assistant.replies, self._store.active_handoff(conversation_id) is not None
        if may_be_dropped(drafts):
            encoder = self._assistant.bundle.encoder if self._assistant.bundle else None
            before = self._store.handed_over(conversation_id, State.OPEN if waits else State.RESOLVED)
            if asks_again(text, before, encoder):
                return self._again(drafts) if waits else [replies.already_answered()]
        # Where something waits already, the patient was told when, and a routine question joins it.
        is_routine = all(draft.handoff.priority is Priority.ROUTINE for draft in drafts if draft.handoff)
        return drafts if waits and is_routine else self.promised(drafts)

    def promised(self, drafts: Sequence[ReplyDraft]) -> list[ReplyDraft]:
        """The drafts, with when to expect an answer."""
        return self._promise.added_to(drafts, self._assistant.replies)

    def _again(self, drafts: list[ReplyDraft]) -> list[ReplyDraft]:
        text = self._assistant.replies.phrase("already_with_person")
        return [draft.model_copy(update={"text": text}) if draft.handoff else draft for draft in drafts]
