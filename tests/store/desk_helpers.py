"""People of the clinic, questions that reach them, and what each act leaves in the audit and in the outbox."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from store_helpers import NOON, answer, handoff

from mesofaq.accounts.models import Role, StaffRecord
from mesofaq.chat.models import Kind, Priority, Reason, Reply, ReplyDraft
from mesofaq.errors import Code, Problem
from mesofaq.store import Store, accounts, audit
from mesofaq.store.handoffs import DueAt
from mesofaq.store.models import Base, Handoff, OutboxEvent
from mesofaq.store.staff_models import AuditEntry


def staff(store: Store, name: str = "Dana Reyes", role: Role = Role.CLINICIAN, title: str = "nurse") -> StaffRecord:
    """Somebody who works at the clinic."""
    with store.database.writing() as session:
        row = accounts.add(session, NOON, username=uuid4().hex, name=name, title=title, role=role, password_hash="none")
    return accounts.record_of(row)


def refused(code: Code, act: Callable[..., object], *arguments: Any, **named: Any) -> Problem:
    """See that an act is refused with that code."""
    with pytest.raises(Problem) as caught:
        act(*arguments, **named)
    assert caught.value.code is code
    return caught.value


def fail(*_: object, **__: object) -> None:
    """Stands in for a part that has a bug."""
    raise RuntimeError("a bug")


def notice(text: str = "Dana Reyes has joined.") -> ReplyDraft:
    return ReplyDraft(kind=Kind.NOTICE, text=text)


def words(text: str = "Yes, you can.") -> ReplyDraft:
    return ReplyDraft(kind=Kind.ANSWER, text=text)


def emergency(text: str = "Call 911 now.") -> ReplyDraft:
    return handoff(Reason.EMERGENCY, Priority.EMERGENCY).model_copy(
        update={"kind": Kind.EMERGENCY, "text": text, "always": True}
    )


def ask(
    store: Store,
    conversation_id: str,
    text: str = "Can I come?",
    drafts: Sequence[ReplyDraft] | None = None,
    due_at: DueAt | None = None,
) -> tuple[str, list[Reply]]:
    """A patient's message and the bot's replies to it (a card, unless drafts are given)."""
    message_id = store.receive(conversation_id, text, None).message_id
    drafts = [answer()] if drafts is None else drafts
    return message_id, store.finish(message_id, drafts, bundle_id=None, due_at=due_at)


def opened(
    store: Store,
    conversation_id: str,
    text: str = "Can I come?",
    priority: Priority = Priority.ROUTINE,
    reason: Reason = Reason.PERSONAL_MEDICAL,
    due_at: DueAt | None = None,
) -> str:
    """A question that went to a person; gives the handoff's id."""
    _, replies = ask(store, conversation_id, text, [handoff(reason, priority)], due_at)
    assert replies[0].handoff is not None
    return replies[0].handoff.id


def texts(store: Store, conversation_id: str) -> list[tuple[str, str]]:
    """Who wrote what, in order."""
    return [(line.from_, line.text) for line in store.transcript(conversation_id)]


def rows(store: Store, table: type[Base]) -> int:
    with store.database.reading() as session:
        return len(session.scalars(select(table)).all())


def row_of(store: Store, handoff_id: str) -> Handoff:
    with store.database.reading() as session:
        return session.get_one(Handoff, handoff_id)


def events(store: Store) -> list[str]:
    """The kinds of the outbox's events, in the order in which they were written, as far as the clock can tell."""
    with store.database.reading() as session:
        return list(session.scalars(select(OutboxEvent.event_type).order_by(OutboxEvent.created_at)))


def entries(store: Store) -> list[AuditEntry]:
    """The audit, whose chain must hold."""
    with store.database.reading() as session:
        assert audit.verify(session).holds
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.sequence)))
