"""Conversations and handoffs as they should be after each act, and what must hold of the record whatever was done."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from desk_helpers import emergency, words
from store_helpers import answer, handoff

from mesofaq.chat.models import Kind, Priority, Reason, ReplyDraft, TranscriptMessage
from mesofaq.handoff.states import ACTIVE, State, Step
from mesofaq.store.models import Handoff

PAST = {"claim": "claimed", "release": "released", "resolve": "resolved", "reopen": "reopened"}
PAST |= {"lapse": "lapsed", "expire": "expired"}
TARGETS = {Step.CLAIM: State.CLAIMED, Step.RESOLVE: State.RESOLVED, Step.EXPIRE: State.EXPIRED}

ASKED: dict[str, list[ReplyDraft]] = {
    "a question with a card": [answer("A card.")],
    "a routine question": [handoff()],
    "a complication": [handoff(Reason.COMPLICATION, Priority.URGENT)],
    "an emergency": [emergency()],
    "a question at which the bot fails": [handoff(Reason.BOT_FAILED), answer("And a card.")],
    "something to be asked about now": [words("Is it happening now?").model_copy(update={"always": True})],
}


@dataclass
class Matter:
    """A handoff as it should be."""

    priority: Priority
    told_at: datetime
    state: State = State.OPEN
    holder: str | None = None
    steps: int = 0
    events: list[str] = field(default_factory=lambda: ["handoff.opened"])

    def take(self, step: Step, by: str | None) -> None:
        """What a step leaves in the handoff."""
        self.steps += 1
        self.events.append(f"handoff.{PAST[step]}")
        self.holder = by if step is Step.CLAIM else None
        self.state = TARGETS.get(step, State.OPEN)


@dataclass
class Talk:
    """A conversation as it should be. `silent` are the places between which the bot may not speak."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    matters: dict[str, Matter] = field(default_factory=dict)
    pending: list[tuple[str, str]] = field(default_factory=list)
    silent: list[list[int | None]] = field(default_factory=list)
    sent: dict[str, str] = field(default_factory=dict)
    replied: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def active(self) -> str | None:
        return next((one for one, matter in self.matters.items() if matter.state in ACTIVE), None)

    @property
    def holder(self) -> str | None:
        return self.matters[self.active].holder if self.active else None


def no_message_is_lost_or_doubled(talk: Talk, lines: list[TranscriptMessage]) -> None:
    assert [(line.from_, line.text) for line in lines] == talk.lines
    assert [line.sequence for line in lines] == list(range(1, len(lines) + 1))


def the_bot_is_silent_while_somebody_holds_it(talk: Talk, lines: list[TranscriptMessage]) -> None:
    always = {draft.text for drafts in ASKED.values() for draft in drafts if draft.always}
    for start, end in talk.silent:
        for line in lines[start:end]:
            if line.from_ == "bot" and line.reply is not None and line.reply.kind is not Kind.NOTICE:
                assert line.text in always


def a_conversation_has_one_active_handoff_at_most(rows: Sequence[Handoff]) -> None:
    active = Counter(row.conversation_id for row in rows if row.state in ACTIVE)
    assert max(active.values(), default=0) <= 1


def a_handoff_is_as_its_steps_made_it(row: Handoff, matter: Matter) -> None:
    assert (row.state, row.priority, row.version) == (matter.state, matter.priority, 1 + matter.steps)
    assert (row.closed_at is not None) is (row.state not in ACTIVE)
    if row.state in ACTIVE:
        assert row.claimed_by == matter.holder
        assert (row.claimed_by is not None) is (row.claimed_at is not None) is (row.state == State.CLAIMED)
