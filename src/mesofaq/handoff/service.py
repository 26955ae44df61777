"""What the console and the clock do with handoffs: the record's step, the words for the patient, and a wake-up call.

The record is `store.desk`; here are the texts of phrases.yml, and whoever has the conversation open is told at once.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from mesofaq.accounts.models import StaffRecord
from mesofaq.chat.assistant import Assistant
from mesofaq.chat.live import LiveEvents
from mesofaq.chat.models import Kind, Reply, ReplyDraft, StaffRef
from mesofaq.content.canned import CannedReply
from mesofaq.errors import Code, Problem
from mesofaq.handoff.hours import OpeningTimes
from mesofaq.handoff.states import ACTIVE, Outcome, Step
from mesofaq.store.desk import Desk
from mesofaq.store.records import HandoffRecord, QueueLine
from mesofaq.store.values import clean_text

__all__ = ["HandoffService"]

_log = logging.getLogger(__name__)


class HandoffService:
    """Takes the steps of a handoff's life.

    Args:
        desk: the record.
        assistant: cards and phrases.
        live: is told of every new message.
        hours: when the clinic is open.
        clock: gives the present moment, with a time zone.
        text_max_chars: the longest reply.
        wake: called when something was put into the outbox.
    """

    def __init__(
        self,
        desk: Desk,
        assistant: Assistant,
        live: LiveEvents,
        hours: OpeningTimes,
        *,
        clock: Callable[[], datetime],
        text_max_chars: int,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self.desk = desk
        self._assistant = assistant
        self._live = live
        self._hours = hours
        self._clock = clock
        self._text_max_chars = text_max_chars
        self._wake = wake

    async def claim(self, handoff_id: str, version: int, by: StaffRecord) -> HandoffRecord:
        """Take the conversation: the bot is silent in it from now on, and the patient is told who has joined.

        Raises:
            Problem: `conflict` when somebody was faster; `not-found`.
        """
        return await self._step(handoff_id, Step.CLAIM, version, by, "person_joined")

    async def release(self, handoff_id: str, version: int, by: StaffRecord) -> HandoffRecord:
        """Give the conversation back to the queue; the bot answers again until somebody claims it.

        Raises:
            Problem: `conflict` unless `by` holds it in that version; `not-found`.
        """
        return await self._step(handoff_id, Step.RELEASE, version, by, "person_left")

    async def resolve(self, handoff_id: str, version: int, by: StaffRecord, outcome: Outcome) -> HandoffRecord:
        """End the handoff; the bot answers again.

        Raises:
            Problem: `conflict` unless `by` holds it in that version; `not-found`.
        """
        return await self._step(handoff_id, Step.RESOLVE, version, by, "person_done", outcome)

    async def reopen(self, handoff_id: str, version: int, by: StaffRecord) -> HandoffRecord:
        """Put a handoff that has ended back into the queue.

        Raises:
            Problem: `conflict` when it has not ended, or the conversation has another one; `not-found`.
        """
        return await self._step(handoff_id, Step.REOPEN, version, by, "handoff_reopened")

    async def reply(self, conversation_id: str, text: str, by: StaffRecord, client_message_id: str) -> Reply:
        """Write to the patient; the same `client_message_id` twice writes once.

        Raises:
            Problem: `text-empty`, `text-too-long`; `conflict` unless `by` holds the conversation; `not-found`.
        """
        text = clean_text(text).strip()
        if not text:
            raise Problem(Code.TEXT_EMPTY, "The reply is empty. Write something and send it again.")
        if len(text) > self._text_max_chars:
            raise Problem(
                Code.TEXT_TOO_LONG,
                f"The reply is longer than {self._text_max_chars} characters. Please shorten it and send it again.",
                max_chars=self._text_max_chars,
            )
        return await self._say(conversation_id, ReplyDraft(kind=Kind.ANSWER, text=text), by, client_message_id)

    async def send_card(self, conversation_id: str, card_id: str, by: StaffRecord, client_message_id: str) -> Reply:
        """Send a card's text, word for word, with its sources.

        Raises:
            Problem: `not-found` for a card that may not be shown; `conflict` unless `by` holds the conversation.
        """
        if not self._assistant.servable(card_id):
            raise Problem(Code.NOT_FOUND, "There is no such card, or it may not be shown today. Choose another.")
        draft = self._assistant.replies.answer(card_id).model_copy(update={"suggestions": ()})
        return await self._say(conversation_id, draft, by, client_message_id)

    def as_it_waits(self, line: QueueLine) -> QueueLine:
        """A line of the queue as it stands now: what a patient asked after an answer waits anew, and is due anew."""
        if line.answered_at is None or not line.questions or line.state not in ACTIVE:
            return line
        due_at = self._hours.due(line.priority, line.waiting_since)
        return line.model_copy(update={"answered_at": None, "due_at": due_at})

    def cards(self) -> list[tuple[str, str]]:
        """The id and question of every card that may be sent today."""
        return self._assistant.replies.cards()

    def canned(self) -> list[CannedReply]:
        """The clinic's ready-made replies."""
        return self._assistant.replies.canned()

    async def tend(self) -> int:
        """Take the steps that the passing of time asks for: claims that lapse, questions that expire.

        Returns:
            How many were taken.
        """
        clinic = self._assistant.content.clinic
        lapse, expire = timedelta(minutes=clinic.claim_lapses_min), timedelta(days=clinic.handoff_expires_days)
        taken = 0
        for handoff, step in await asyncio.to_thread(self.desk.neglected, lapse, expire):
            phrase, quiet = ("person_away", lapse) if step is Step.LAPSE else ("handoff_expired", expire)
            try:
                await self._step(handoff.id, step, handoff.version, None, phrase, quiet_for=quiet)
                taken += 1
            except Problem as problem:  # somebody acted on it meanwhile
                _log.info("handoff_tended_already: handoff=%s code=%s", handoff.id, problem.code)
        return taken

    async def _step(
        self,
        handoff_id: str,
        step: Step,
        version: int,
        by: StaffRecord | None,
        phrase: str,
        outcome: Outcome | None = None,
        quiet_for: timedelta | None = None,
    ) -> HandoffRecord:
        person = StaffRef(name=by.name, title=by.title) if by else None
        if step in (Step.RELEASE, Step.RESOLVE):
            # An admin may do that for somebody else: the patient is told of whom they were talking to.
            person = await asyncio.to_thread(self.desk.holder, handoff_id) or person
        notice = self._assistant.replies.notice(phrase, person)
        if step is not Step.CLAIM:
            notice = notice.model_copy(update={"staff": None})  # only who has joined is with the patient
        due_at = None
        if step is Step.REOPEN:
            due_at = await asyncio.to_thread(self._due_again, handoff_id)
        record = await asyncio.to_thread(
            self.desk.step,
            handoff_id,
            step,
            by=by,
            version=version,
            outcome=outcome,
            notice=notice,
            due_at=due_at,
            quiet_since=self._clock() - quiet_for if quiet_for is not None else None,
        )
        self._live.notify(record.conversation_id)
        self._wake()
        return record

    def _due_again(self, handoff_id: str) -> datetime:
        return self._hours.due(self.desk.priority(handoff_id), self._clock())

    async def _say(self, conversation_id: str, draft: ReplyDraft, by: StaffRecord, client_message_id: str) -> Reply:
        signed = draft.model_copy(update={"staff": StaffRef(name=by.name, title=by.title)})
        reply = await asyncio.to_thread(
            self.desk.reply, conversation_id, signed, by=by, client_message_id=client_message_id
        )
        self._live.notify(conversation_id)
        return reply
