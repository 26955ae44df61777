"""Any order of what patients, the bot, two clinicians, the clock and an erasure do, held against a simple model.

The model is told what should be on record after each act; the record, a real SQLite file, must say the same.
"""

import shutil
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from desk_helpers import entries, notice, refused, staff, words
from desk_model import (
    ASKED,
    Matter,
    Talk,
    a_conversation_has_one_active_handoff_at_most,
    a_handoff_is_as_its_steps_made_it,
    no_message_is_lost_or_doubled,
    the_bot_is_silent_while_somebody_holds_it,
)
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from store_helpers import TOKEN, FakeClock, answer

from mesofaq.accounts.models import StaffRecord
from mesofaq.chat.models import Priority
from mesofaq.errors import Code
from mesofaq.handoff.states import ACTIVE, Outcome, State, Step
from mesofaq.store import Store
from mesofaq.store.desk import Desk
from mesofaq.store.models import Handoff, OutboxEvent

LAPSE, EXPIRE = timedelta(minutes=60), timedelta(days=14)
URGENCY = [Priority.ROUTINE, Priority.URGENT, Priority.EMERGENCY]
WHICH = st.integers(0, 1)
WHO = st.sampled_from(["dana", "amir"])
FRESH = st.sampled_from([True, True, True, False])
ENDS = st.sampled_from([Step.RELEASE, Step.RESOLVE])
STEPS = st.sampled_from([Step.CLAIM, Step.RELEASE, Step.RESOLVE, Step.REOPEN])
CLIENT_IDS = st.sampled_from(["one", "two", "three"])


class Desks(RuleBasedStateMachine):
    """Two conversations and two clinicians."""

    folder: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(dir=self.folder))
        shutil.copy(self.folder / "template.db", self.home / "record.db")
        self.clock = FakeClock()
        self.store = Store(f"sqlite:///{self.home / 'record.db'}", clock=self.clock)
        self.desk = Desk(self.store.database, self.clock)
        self.audited = 0
        self.number = 0

    @initialize()
    def begin(self) -> None:
        self.people: dict[str, StaffRecord] = {name: staff(self.store, name) for name in ("dana", "amir")}
        self.ids = [self.store.create_conversation(TOKEN).id for _ in range(2)]
        self.talks = {conversation_id: Talk() for conversation_id in self.ids}
        self.patient_asks_and_is_answered(0, "a routine question")

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.home)

    def _talk(self, which: int) -> tuple[str, Talk]:
        return self.ids[which], self.talks[self.ids[which]]

    def _text(self, kind: str) -> str:
        self.number += 1
        self.clock.advance(seconds=1)
        return f"{self.number}: {kind}"

    # Patients and the bot

    @rule(which=WHICH, kind=st.sampled_from(sorted(ASKED)))
    def patient_asks_and_is_answered(self, which: int, kind: str) -> None:
        conversation_id, talk = self._talk(which)
        self._receive(conversation_id, talk, kind, None)
        self._finish(conversation_id, talk, len(talk.pending) - 1)

    @rule(which=WHICH, kind=st.sampled_from(sorted(ASKED)), client_id=CLIENT_IDS)
    def patient_asks_or_sends_it_again(self, which: int, kind: str, client_id: str) -> None:
        self._receive(*self._talk(which), kind, client_id)

    @precondition(lambda self: any(talk.pending for talk in self.talks.values()))
    @rule(which=WHICH)
    def the_bot_answers_what_is_pending(self, which: int) -> None:
        conversation_id, talk = self._talk(which)
        if talk.pending:
            self._finish(conversation_id, talk, 0)

    def _receive(self, conversation_id: str, talk: Talk, kind: str, client_id: str | None) -> None:
        text = self._text(kind)
        received = self.store.receive(conversation_id, text, client_id)
        assert received.duplicate is (client_id in talk.sent)
        if client_id in talk.sent:
            assert received.message_id == talk.sent[client_id]
            return
        if client_id is not None:
            talk.sent[client_id] = received.message_id
        talk.lines.append(("patient", text))
        talk.pending.append((received.message_id, kind))

    def _finish(self, conversation_id: str, talk: Talk, place: int) -> None:
        message_id, kind = talk.pending.pop(place)
        drafts = [draft for draft in ASKED[kind] if draft.always or talk.holder is None]
        replies = self.store.finish(message_id, ASKED[kind], bundle_id=None)
        assert [reply.text for reply in replies] == [draft.text for draft in drafts]
        assert self.store.finish(message_id, [answer("never")], bundle_id=None) == replies
        talk.lines += [("bot", draft.text) for draft in drafts]
        wanted = [draft.handoff.priority for draft in ASKED[kind] if draft.handoff]
        if not wanted:
            return
        self.audited += 1
        # What is not said, because somebody holds the conversation, raises their handoff all the same.
        named = {reply.handoff.id for reply in replies if reply.handoff}
        if talk.active is None:
            (opened,) = named
            assert opened not in talk.matters
            talk.matters[opened] = Matter(wanted[0], self.clock.now)
            return
        assert named <= {talk.active}
        matter = talk.matters[talk.active]
        is_worse = URGENCY.index(wanted[0]) > URGENCY.index(matter.priority)
        is_again = wanted[0] is Priority.EMERGENCY and self.clock.now - matter.told_at >= timedelta(minutes=1)
        if is_worse or is_again:
            matter.priority, matter.told_at = wanted[0], self.clock.now
            matter.events.append("handoff.escalated")

    # Clinicians

    @precondition(lambda self: self._matters())
    @rule(which=WHICH, number=st.integers(0, 3), who=WHO, step=STEPS, fresh=FRESH)
    def a_clinician_takes_a_step(self, which: int, number: int, who: str, step: Step, fresh: bool) -> None:
        conversation_id, talk = self._talk(which)
        if not talk.matters:
            return
        handoff_id = list(talk.matters)[number % len(talk.matters)]
        self._step(conversation_id, talk, handoff_id, step, self.people[who], fresh)

    @rule(which=WHICH, who=WHO, end=ENDS)
    def what_waits_is_claimed_or_its_holder_gives_it_back(self, which: int, who: str, end: Step) -> None:
        """The same with what is likely to be allowed; else most examples would be refusals alone."""
        conversation_id, talk = self._talk(which)
        if talk.holder is not None:
            self._step(conversation_id, talk, str(talk.active), end, self._holder(talk), fresh=True)
        elif talk.active is not None:
            self._step(conversation_id, talk, talk.active, Step.CLAIM, self.people[who], fresh=True)
        elif talk.matters:
            self._step(conversation_id, talk, list(talk.matters)[-1], Step.REOPEN, self.people[who], fresh=True)

    @precondition(lambda self: any(talk.holder for talk in self.talks.values()))
    @rule(client_id=CLIENT_IDS, kind=st.sampled_from(sorted(ASKED)), is_answered=st.booleans())
    def its_holder_writes_and_the_patient_goes_on(self, client_id: str, kind: str, is_answered: bool) -> None:
        which, talk = next((which, self._talk(which)[1]) for which in (0, 1) if self._talk(which)[1].holder)
        self.patient_asks_and_is_answered(which, kind)
        if is_answered:
            self.a_clinician_writes(which, self._holder(talk).name, client_id)

    @precondition(lambda self: any(talk.holder for talk in self.talks.values()))
    @rule(step=STEPS)
    def another_tries_what_is_its_holders(self, step: Step) -> None:
        conversation_id, talk = next(self._talk(which) for which in (0, 1) if self._talk(which)[1].holder)
        other = next(person for person in self.people.values() if person.id != talk.holder)
        self._step(conversation_id, talk, str(talk.active), step, other, fresh=True)

    @precondition(lambda self: any(talk.active and len(talk.matters) > 1 for talk in self.talks.values()))
    @rule(who=WHO)
    def an_ended_one_is_reopened_beside_another(self, who: str) -> None:
        talks = [self._talk(which) for which in (0, 1)]
        conversation_id, talk = next(pair for pair in talks if pair[1].active and len(pair[1].matters) > 1)
        ended = next(one for one in talk.matters if one != talk.active)
        self._step(conversation_id, talk, ended, Step.REOPEN, self.people[who], fresh=True)

    def _holder(self, talk: Talk) -> StaffRecord:
        return next(person for person in self.people.values() if person.id == talk.holder)

    def _matters(self) -> list[tuple[str, Talk, str]]:
        """Every handoff with its conversation."""
        return [
            (conversation_id, talk, handoff_id)
            for conversation_id, talk in self.talks.items()
            for handoff_id in talk.matters
        ]

    def _step(
        self, conversation_id: str, talk: Talk, handoff_id: str, step: Step, by: StaffRecord, fresh: bool
    ) -> None:
        matter = talk.matters[handoff_id]
        may = {
            Step.CLAIM: matter.state is State.OPEN,
            Step.RELEASE: matter.holder == by.id,
            Step.RESOLVE: matter.holder == by.id,
            Step.REOPEN: matter.state not in ACTIVE and talk.active is None,
        }[step]
        version = 1 + matter.steps - (not fresh)
        text, outcome = self._text(step), Outcome.ANSWERED if step is Step.RESOLVE else None
        named = {"by": by, "version": version, "outcome": outcome, "notice": notice(text)}
        if not (may and fresh):
            refused(Code.CONFLICT, self.desk.step, handoff_id, step, **named)
            return
        record = self.desk.step(handoff_id, step, **named)
        assert record.version == version + 1
        self._stepped(talk, matter, step, by.id, text)

    def _stepped(self, talk: Talk, matter: Matter, step: Step, by: str | None, text: str) -> None:
        """What the model knows of a step that was taken."""
        self.audited += 1
        if step is Step.CLAIM:
            talk.silent.append([len(talk.lines), None])
        elif matter.holder is not None:
            talk.silent[-1][1] = len(talk.lines)
        matter.take(step, by)
        talk.lines.append(("bot", text))

    @rule(which=WHICH, who=WHO, client_id=CLIENT_IDS)
    def a_clinician_writes(self, which: int, who: str, client_id: str) -> None:
        (conversation_id, talk), by, text = self._talk(which), self.people[who], self._text("an answer")
        named = {"by": by, "client_message_id": client_id}
        if (earlier := talk.replied.get((who, client_id))) is not None:
            assert self.desk.reply(conversation_id, words(text), **named).text == earlier
        elif talk.holder == by.id:
            assert self.desk.reply(conversation_id, words(text), **named).from_ == "staff"
            talk.replied[who, client_id] = text
            talk.lines.append(("staff", text))
            self.audited += 1
        else:
            refused(Code.CONFLICT, self.desk.reply, conversation_id, words(text), **named)

    @rule(which=WHICH, who=WHO)
    def a_clinician_notes_something(self, which: int, who: str) -> None:
        conversation_id, talk = self._talk(which)
        if talk.matters:
            self.desk.note(conversation_id, "a note", by=self.people[who])
            self.audited += 1
        else:
            refused(Code.CONFLICT, self.desk.note, conversation_id, "a note", by=self.people[who])

    # Time, and the end

    @rule(by=st.sampled_from([timedelta(minutes=20), timedelta(minutes=30), timedelta(hours=1), timedelta(days=14)]))
    def time_passes(self, by: timedelta) -> None:
        self.clock.now += by
        for record, step in self.desk.neglected(LAPSE, EXPIRE):
            talk = self.talks[record.conversation_id]
            matter = talk.matters[record.id]
            assert (matter.state, step) in [(State.CLAIMED, Step.LAPSE), (State.OPEN, Step.EXPIRE)]
            assert step is Step.LAPSE or matter.priority is not Priority.EMERGENCY
            text = self._text(step)
            self.desk.step(record.id, step, by=None, version=record.version, notice=notice(text))
            self._stepped(talk, matter, step, None, text)

    @precondition(lambda self: self.number > 20)
    @rule(which=WHICH)
    def a_patient_erases(self, which: int) -> None:
        conversation_id = self.ids[which]
        del self.talks[conversation_id]
        assert self.store.erase(conversation_id)
        assert not self.store.erase(conversation_id)
        self.audited += 1
        self.ids[which] = self.store.create_conversation(TOKEN).id
        self.talks[self.ids[which]] = Talk()

    # What must hold after every act

    @invariant()
    def the_record_is_right(self) -> None:
        with self.store.database.reading() as session:
            handoffs = session.scalars(select(Handoff)).all()
            outbox = session.scalars(select(OutboxEvent)).all()
        for conversation_id, talk in self.talks.items():
            lines = self.store.transcript(conversation_id)
            no_message_is_lost_or_doubled(talk, lines)
            the_bot_is_silent_while_somebody_holds_it(talk, lines)
            assert self.store.holder(conversation_id) == talk.holder
        matters = {handoff_id: talk.matters[handoff_id] for _, talk, handoff_id in self._matters()}
        assert {row.id for row in handoffs} == set(matters)
        a_conversation_has_one_active_handoff_at_most(handoffs)
        for row in handoffs:
            a_handoff_is_as_its_steps_made_it(row, matters[row.id])
        told = Counter((event.aggregate_id, event.event_type) for event in outbox)
        assert told == Counter((one, event) for one, matter in matters.items() for event in matter.events)
        assert len(entries(self.store)) == self.audited  # and the chain holds


def test_any_order_of_acts_keeps_the_record_right(tmp_path: Path) -> None:
    template = Store(f"sqlite:///{tmp_path / 'template.db'}")
    template.migrate()
    template.close()

    class Here(Desks):
        folder = tmp_path

    run_state_machine_as_test(Here, settings=settings(max_examples=60, stateful_step_count=30))
