"""One patient message from the door to the answer on record.

    text ─check─> receive (committed) ─triage─┬─ emergency ──────────────────────────────┐
                                              └─ understand ─> Rasa ─> replies ──────────┤
                                                     │ any failure ─> a person answers ──┤
                                                                                        finish (one transaction)

An emergency needs neither the bundle nor Rasa nor the conversation's turn; everything else of one conversation is
answered in order.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from mesofaq.chat.assistant import Assistant
from mesofaq.chat.live import LiveEvents
from mesofaq.chat.models import Kind, Reply, ReplyDraft
from mesofaq.chat.order import Order, Place
from mesofaq.chat.passing import Passing, beside_a_person
from mesofaq.chat.quotes import quote
from mesofaq.chat.screening_context import with_screening
from mesofaq.dialogue.client import RasaClient
from mesofaq.dialogue.parse import reference
from mesofaq.dialogue.replies import HAPPENING_NOW_TEXT
from mesofaq.errors import Code, Problem
from mesofaq.handoff.hours import OpeningTimes
from mesofaq.handoff.promise import Promise
from mesofaq.store.records import ConversationRecord
from mesofaq.store.store import Store
from mesofaq.store.values import clean_text
from mesofaq.understanding.first_look import FirstLook
from mesofaq.understanding.models import Context, Understanding
from mesofaq.understanding.normalise import normalise
from mesofaq.understanding.pipeline import judge_only
from mesofaq.understanding.triage import TriageClass

__all__ = ["ORPHANED_AFTER", "TurnService"]

_log = logging.getLogger(__name__)

ORPHANED_AFTER = timedelta(seconds=30)
"""A message unanswered for longer belongs to a process that is gone: no turn takes half as long."""

_COMMAND = re.compile(r"^/[A-Za-z_][\w+-]*\s*(\{.*\})?$", re.DOTALL)
_CONTEXT_REPLIES = 12
_CONTEXT_MESSAGES = 40
_POLL_S = 0.1
_DECISIONS = 3


class TurnService:
    """Takes messages and answers them.

    Args:
        store: the system of record.
        assistant: understanding and words.
        rasa: the dialogue.
        live: is told of every new message, for those who listen.
        hours: when the clinic is open, for what a patient is told of a handoff.
        clock: the present moment, with a time zone.
        text_max_chars: the longest text that is accepted.
        wait_s: how long a message may take, its turn included, until a person answers instead, and how long a
            repeated message waits for the answer to the first; in seconds.
    """

    def __init__(
        self,
        store: Store,
        assistant: Assistant,
        rasa: RasaClient,
        live: LiveEvents,
        *,
        hours: OpeningTimes,
        clock: Callable[[], datetime],
        text_max_chars: int,
        wait_s: float,
    ) -> None:
        self._store = store
        self._assistant = assistant
        self._rasa = rasa
        self._live = live
        self._hours = hours
        self._passing = Passing(store, assistant, Promise(hours, clock))
        self._clock = clock
        self._text_max_chars = text_max_chars
        self._wait_s = wait_s
        self._order = Order()
        self._in_flight: set[str] = set()

    def is_emergency(self, text: str) -> bool:
        """Whether `text` must be let through whatever else stands in its way (a throttle, say)."""
        return self._assistant.triage.judge(text).triage_class is TriageClass.EMERGENCY

    async def handle(self, conversation: ConversationRecord, text: str, client_message_id: str | None) -> list[Reply]:
        """Take one message and give its replies.

        Args:
            conversation: whose turn it is.
            text: what the patient wrote.
            client_message_id: the client's own id for it; sent twice, it is answered once.

        Returns:
            The replies, in order; none while a person has the conversation, unless it is an emergency.

        Raises:
            Problem: the text is refused (`text-empty`, `text-too-long`, `command-refused`); a repeated message's
                first sending is still being answered (`still-working`); the database fails (`store-failed`).
        """
        # What cannot be stored or encoded (U+0000, half a surrogate pair) is mended at the door, once for all.
        text = clean_text(text)
        await self._check(text)
        async with self._order.door(conversation.id):
            received = await asyncio.to_thread(self._store.receive, conversation.id, text, client_message_id)
            place = None if received.duplicate else self._order.take_place(conversation.id)
        if place is None:
            return await self._answer_of(conversation, received.message_id)
        self._live.notify(conversation.id)
        return await self._answer(conversation, received.message_id, text, place)

    async def sweep(self) -> int:
        """Hand over every message that a vanished process left unanswered.

        Returns:
            How many there were.
        """
        orphans = await asyncio.to_thread(self._store.unanswered, self._clock() - ORPHANED_AFTER)
        swept = 0
        for orphan in orphans:
            if orphan.id in self._in_flight:
                continue
            draft = self._emergency_reply(judge_only(self._assistant.triage, orphan.text))
            if draft is None:
                lost = self._assistant.replies.failure()
                draft = lost.model_copy(update={"text": self._assistant.replies.phrase("unanswered_after_restart")})
            await self._finish(orphan.conversation_id, orphan.id, [draft], new_epoch=draft.kind is Kind.EMERGENCY)
            swept += 1
        return swept

    async def _check(self, text: str) -> None:
        if not normalise(text):
            raise Problem(Code.TEXT_EMPTY, "The message is empty. Write your question and send it again.")
        too_long = len(text) > self._text_max_chars
        # Rasa would take a command for an intent. It is refused rather than reworded.
        if not too_long and not _COMMAND.match(text.strip()):
            return
        # Nothing is refused when somebody is in danger. A long text takes long to judge: not on this thread.
        if await asyncio.to_thread(self.is_emergency, text.strip().lstrip("/").replace("_", " ")):
            return
        if too_long:
            raise Problem(
                Code.TEXT_TOO_LONG,
                f"The message is longer than {self._text_max_chars} characters. Please shorten it and send it again.",
                max_chars=self._text_max_chars,
            )
        raise Problem(
            Code.COMMAND_REFUSED, "A message cannot be a command such as /restart. Write it in your own words."
        )

    async def _answer(self, conversation: ConversationRecord, message_id: str, text: str, place: Place) -> list[Reply]:
        late = asyncio.get_running_loop().time() + self._wait_s
        self._in_flight.add(message_id)
        try:
            judged = await asyncio.to_thread(self._judge, text)
            urgent = judged if judged is not None and not judged.triage.asks else None
            look = None
            if urgent is None or self._emergency_reply(urgent) is None:
                look = await asyncio.to_thread(self._look, text)
                if look is None:
                    urgent = judged  # no second opinion: what words alone cannot settle is an emergency
                elif look.triage_class is TriageClass.EMERGENCY:
                    urgent = await asyncio.to_thread(self._in_context, conversation.id, text, look)
            if urgent is not None and (draft := self._emergency_reply(urgent)) is not None:
                await self._keep(message_id, urgent)
                return await self._finish(conversation.id, message_id, [draft], new_epoch=True)
            await place.come_up()
            for _ in range(_DECISIONS):
                drafts = await self._decide(conversation.id, message_id, text, look, late)
                confirmed = any(draft.kind is Kind.EMERGENCY for draft in drafts)
                try:
                    return await self._finish(conversation.id, message_id, drafts, new_epoch=confirmed)
                except Problem as problem:
                    if problem.code is not Code.CONFLICT:
                        raise
                    # Silent for a person who has left meanwhile: somebody must answer.
            return await self._finish(conversation.id, message_id, [self._assistant.replies.failure()])
        finally:
            place.leave()
            self._in_flight.discard(message_id)

    async def _decide(
        self, conversation_id: str, message_id: str, text: str, look: FirstLook | None, late: float
    ) -> Sequence[ReplyDraft]:
        """The replies to an ordinary message; a failure of any part is a reply too: a person answers."""
        try:
            context = await asyncio.to_thread(self._context, conversation_id)
            understanding = await asyncio.to_thread(self._assistant.understand, text, context, look)
            await asyncio.to_thread(self._store.save_understanding, message_id, understanding.model_dump(mode="json"))
            if (emergency := self._emergency_reply(understanding)) is not None:
                return [emergency]  # by what was asked before; this one needs no dialogue either
            if await asyncio.to_thread(self._store.holder, conversation_id) is not None:
                return beside_a_person(understanding, self._assistant.replies)
            # The epoch is read inside the turn: an emergency in between has started the dialogue afresh.
            epoch = (await asyncio.to_thread(self._store.get_conversation, conversation_id)).dialogue_epoch
            async with asyncio.timeout_at(late):
                drafts = await self._rasa.send(f"{conversation_id}:{epoch}", reference(message_id))
            drafts = await asyncio.to_thread(quote, drafts, conversation_id, self._store)
            return await asyncio.to_thread(self._passing.on, conversation_id, text, drafts)
        except Problem as problem:
            if problem.code is Code.STORE_FAILED:
                raise
            _log.error("turn_failed: message=%s code=%s", message_id, problem.code)
        except Exception as error:
            # Nothing of the error's text: it may quote the patient.
            _log.error("turn_failed: message=%s error=%s", message_id, type(error).__name__)
        return self._passing.promised([self._assistant.replies.failure()])

    def _judge(self, text: str) -> Understanding | None:
        try:
            return judge_only(self._assistant.triage, text)
        except Exception as error:
            _log.error("triage_failed: error=%s", type(error).__name__)
            return None

    def _look(self, text: str) -> FirstLook | None:
        """The second opinion; that it fails must not keep the rules' verdict from anybody."""
        try:
            return self._assistant.look(text)
        except Exception as error:
            _log.error("second_opinion_failed: error=%s", type(error).__name__)
            return None

    def _in_context(self, conversation_id: str, text: str, look: FirstLook) -> Understanding:
        """An alarming message in the light of what was asked; alone, where that cannot be had."""
        try:
            context = self._context(conversation_id)
        except Problem:
            context = Context()
        return self._assistant.understand(text, context, look)

    def _emergency_reply(self, understanding: Understanding) -> ReplyDraft | None:
        if understanding.triage.triage_class != TriageClass.EMERGENCY:
            return None
        return self._assistant.replies.emergency(understanding.triage.phrase)

    async def _keep(self, message_id: str, understanding: Understanding) -> None:
        """Keep the evidence; that it cannot be kept must not hold up an emergency's answer."""
        try:
            await asyncio.to_thread(self._store.save_understanding, message_id, understanding.model_dump(mode="json"))
        except Problem as problem:
            _log.error("understanding_not_kept: message=%s code=%s", message_id, problem.code)

    async def _finish(
        self, conversation_id: str, message_id: str, drafts: Sequence[ReplyDraft], *, new_epoch: bool = False
    ) -> list[Reply]:
        bundle = self._assistant.bundle
        replies = await asyncio.to_thread(
            self._store.finish,
            message_id,
            drafts,
            bundle_id=bundle.id if bundle else None,
            new_epoch=new_epoch,
            due_at=self._hours.due,
            beside_a_person=not drafts,
        )
        self._live.notify(conversation_id)
        return replies

    async def _answer_of(self, conversation: ConversationRecord, message_id: str) -> list[Reply]:
        """The answer to a message sent before: the stored one, the one under way, or one made now."""
        deadline = asyncio.get_running_loop().time() + self._wait_s
        while True:
            replies = await asyncio.to_thread(self._store.replies_to, message_id)
            if replies is not None:
                return replies
            message = await asyncio.to_thread(self._store.get_message, message_id)
            orphaned = message is not None and self._clock() - message.at > ORPHANED_AFTER
            if message is not None and orphaned and message_id not in self._in_flight:
                place = self._order.take_place(conversation.id)
                return await self._answer(conversation, message_id, message.text, place)
            if asyncio.get_running_loop().time() >= deadline:
                raise Problem(
                    Code.STILL_WORKING,
                    "This message is still being answered. Ask again in a few seconds.",
                    headers={"Retry-After": "3"},
                )
            await asyncio.sleep(_POLL_S)

    def _context(self, conversation_id: str) -> Context:
        newest = self._store.last_replies(conversation_id, _CONTEXT_REPLIES)
        asked_if_now = bool(newest) and any(offer.text == HAPPENING_NOW_TEXT for offer in newest[0].suggestions)
        answered = next((reply.card.id for reply in newest if reply.kind is Kind.ANSWER and reply.card), None)
        context = Context(asked_if_now=asked_if_now, last_cards=(answered,) if answered else ())
        return with_screening(context, self._store.screening_context(conversation_id, _CONTEXT_MESSAGES))
