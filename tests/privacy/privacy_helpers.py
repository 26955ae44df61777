"""A conversation in which a word stands wherever a text may stand, and a look at the bytes of files."""

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select, text
from store_helpers import TOKEN, FakeClock, answer, handoff, screening

from mesofaq.accounts.models import Role, StaffRecord
from mesofaq.chat.models import Kind, ReplyDraft, StaffRef
from mesofaq.handoff.states import Outcome, Step
from mesofaq.privacy.contact import checked_contact, leave_contact
from mesofaq.privacy.seal import PLAIN, Seal
from mesofaq.store import Store
from mesofaq.store.base import Base
from mesofaq.store.desk import Desk
from mesofaq.store.models import Delivery, OutboxEvent
from mesofaq.store.staff_models import Staff

WORD = "xanthophyll"
"""A word that nobody writes."""


@dataclass
class Record:
    """A record, and what staff do in it."""

    store: Store
    clock: FakeClock

    @property
    def desk(self) -> Desk:
        return Desk(self.store.database, self.clock)

    def staff(self, name: str = "Dana Reyes") -> StaffRecord:
        """A clinician with an account."""
        row = Staff(
            id=str(uuid4()),
            username=f"u{uuid4().hex[:8]}",
            name=name,
            title="nurse",
            role="clinician",
            password_hash="-",
            password_changed_at=self.clock(),
            created_at=self.clock(),
        )
        with self.store.database.writing() as session:
            session.add(row)
        return StaffRecord(
            id=row.id,
            username=row.username,
            name=row.name,
            title=row.title,
            role=Role.CLINICIAN,
            has_second_factor=False,
            created_at=row.created_at,
        )

    def said(self, word: str = WORD, *, times: int = 1) -> str:
        """A conversation with one answered message; gives its id."""
        conversation = self.store.create_conversation(TOKEN).id
        for _ in range(times):
            message = self.store.receive(conversation, f"May I wash it, {word}?", None).message_id
            self.store.finish(message, [answer()], bundle_id="b1")
        return conversation

    def handed_over(self, word: str = WORD, *, by: StaffRecord | None = None) -> str:
        """A conversation with everything that one can have, `word` wherever somebody can write; gives its id."""
        by = by or self.staff()
        conversation = self.store.create_conversation(TOKEN, consent_version="0123456789ab").id
        asked = self.store.receive(conversation, f"Can I stop my {word}? " + "x" * 3000, f"c-{word}").message_id
        self.store.save_understanding(asked, {"normalised": word, "spans": [{"text": word}]})
        item = {"item": "diabetes", "reading": "yes", "message_id": asked}
        drafts = [
            answer(f"You wrote: {word}."),
            handoff(screening_result=screening(item, noted=(word,))),
        ]
        replies = self.store.finish(asked, drafts, bundle_id="b1")
        assert replies[1].handoff is not None
        handed = replies[1].handoff.id
        leave_contact(self.store.database, conversation, checked_contact(f"{word}@clinic.example"), self.clock())
        self.desk.step(handed, Step.CLAIM, by=by, version=1)
        reply = ReplyDraft(kind=Kind.ANSWER, text=f"About your {word}", staff=StaffRef(name=by.name, title=by.title))
        self.desk.reply(conversation, reply, by=by, client_message_id=str(uuid4()))
        self.desk.note(conversation, f"Says {word} a lot", by=by)
        self.desk.mark_wrong(replies[0].id, f"not about {word}", by=by)
        self.desk.propose(asked, by=by, kind="card", card_id="new-card", question=f"{word}?", answer=f"{word}!")
        self.desk.step(handed, Step.RESOLVE, by=by, version=2, outcome=Outcome.ANSWERED)
        with self.store.database.writing() as session:
            for event in session.scalars(select(OutboxEvent).where(OutboxEvent.aggregate_id == handed)):
                session.add(Delivery(event_id=event.id, way="mail", next_at=self.clock()))
        return conversation

    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        with self.store.database.reading() as session:
            return {
                table.name: session.scalars(select(func.count()).select_from(table)).one()
                for table in Base.metadata.sorted_tables
            }

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        with self.store.database.reading() as session:
            return [tuple(row) for row in session.execute(text(statement))]

    def audit(self) -> list[tuple[str, str, str | None, Any]]:
        """Actor, action, subject and details of every entry."""
        return [
            tuple(row) for row in self.sql("SELECT actor, action, subject_id, details FROM audit ORDER BY sequence")
        ]


def open_at(url: str, clock: FakeClock, seal: Seal = PLAIN) -> Store:
    store = Store(url, clock=clock, seal=seal)
    store.migrate()
    return store


def needles(word: str) -> Iterator[bytes]:
    """A word as it may stand in a file: in UTF-8, in UTF-16, and in base64 wherever it begins."""
    yield word.encode()
    yield word.encode("utf-16-le")
    yield word.encode("utf-16-be")
    for shift in range(3):
        # Without the characters that depend on what stands beside the word.
        yield base64.b64encode(b"\0" * shift + word.encode())[4 if shift else 0 : -4]


def files_with(word: str, files: Iterable[Path]) -> list[str]:
    """The files in whose bytes the word stands."""
    wanted = list(needles(word))
    return sorted(file.name for file in files if any(needle in file.read_bytes() for needle in wanted))


def folder_of(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix("sqlite:///")).parent


MINUTE = timedelta(minutes=1)
