"""What a person needs before they answer: the brief of a conversation, and why the bot said what it said.

Pure: a `ConversationView` goes in, plain values for a page come out. Nothing is read from anywhere else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from mesofaq.chat.models import Kind
from mesofaq.handoff.states import ACTIVE
from mesofaq.store.records import ConversationView, HandoffRecord, StaffMessage
from mesofaq.understanding.models import Candidate, Outcome, Understanding

__all__ = ["Answered", "Brief", "Evidence", "Why", "alarming", "brief_of", "is_overdue", "one_line", "why_of", "whys"]

ONE_LINE_MAX_CHARS = 160
_FAINTEST_OPINION = 0.05
"""An opinion below this says nothing to a reader."""


@dataclass(frozen=True)
class Answered:
    """A question that the bot, or a person with a card, has answered: with which card, in which version."""

    question: str
    card: str
    version: str
    status: str
    by: str
    sequence: int


@dataclass(frozen=True)
class Evidence:
    """A triage rule that matched: its words, what it says they are, and what turned it off (None: it counts)."""

    rule: str
    triage_class: str
    words: tuple[str, ...]
    turned_off_by: str | None
    sequence: int


@dataclass(frozen=True)
class Brief:
    """The head of a conversation's page. `questions` are the patient's messages that wait in the handoff.

    `waiting_since` is None where nobody waits; `more` says that `question` was cut.
    """

    question: str
    more: bool
    questions: int
    answered: tuple[Answered, ...]
    evidence: tuple[Evidence, ...]
    waiting_since: datetime | None
    due_at: datetime | None
    overdue: bool


@dataclass(frozen=True)
class Why:
    """Why the bot gave one answer: what it understood of the message before, by which content and thresholds.

    `opinion` are the encoder's probabilities of what triage looks for, the likeliest first. `decided` says in a
    sentence how the scores led to the answer.
    """

    decided: str
    intent: str
    chosen: Candidate | None
    runner_up: Candidate | None
    answer_threshold: float | None
    clarify_threshold: float | None
    act: tuple[str, float] | None
    triage_class: str | None
    evidence: tuple[Evidence, ...]
    opinion: tuple[tuple[str, float], ...]
    language: str | None


def one_line(text: str, limit: int = ONE_LINE_MAX_CHARS) -> str:
    """`text` on one line of at most `limit` characters; what is missing is shown by an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def is_overdue(handoff: HandoffRecord, now: datetime) -> bool:
    """Whether a person should have answered by now, and none has."""
    waits = handoff.state in ACTIVE and handoff.answered_at is None
    return waits and handoff.due_at is not None and handoff.due_at < now


def alarming(transcript: Iterable[StaffMessage]) -> frozenset[int]:
    """The places of the patient's messages that were taken for an emergency."""
    understood = ((message.sequence, _understanding(message)) for message in transcript)
    return frozenset(place for place, found in understood if found and found.triage.triage_class == "emergency")


def brief_of(view: ConversationView, now: datetime) -> Brief:
    """Sum a conversation up for whoever is about to answer it.

    Args:
        view: the conversation.
        now: the moment by which something is overdue.

    Returns:
        What the head of the page shows.
    """
    handoff = view.handoff
    patient = [message for message in view.transcript if message.from_ == "patient"]
    asked = [message for message in patient if handoff is not None and message.handoff_id == handoff.id]
    text = handoff.question if handoff is not None else (patient[-1].text if patient else "")
    line = one_line(text)
    return Brief(
        question=line,
        more=line != text.strip(),
        questions=max(1, len(asked)) if handoff is not None else 0,
        answered=tuple(_answered(view.transcript)),
        evidence=tuple(found for message in reversed(patient) for found in _evidence(message)),
        waiting_since=_waiting_since(handoff, asked, view.transcript),
        due_at=handoff.due_at if handoff is not None and handoff.state in ACTIVE else None,
        overdue=handoff is not None and is_overdue(handoff, now),
    )


def whys(transcript: Sequence[StaffMessage]) -> dict[str, Why]:
    """For each message of the bot that answers one of the patient's: why it was said, by message id."""
    found: dict[str, Why] = {}
    asked: StaffMessage | None = None
    for message in transcript:
        if message.from_ == "patient":
            asked = message
        elif message.from_ == "bot" and asked is not None and (why := why_of(message, asked)) is not None:
            found[message.id] = why
    return found


def why_of(message: StaffMessage, asked: StaffMessage) -> Why | None:
    """Why the bot said `message` to the patient's message `asked`.

    Returns:
        None where there is nothing to tell: a notice about staff, or a message that was never understood.
    """
    reply = message.reply
    understood = _understanding(asked)
    if reply is None or reply.staff is not None or understood is None:
        return None
    decision = understood.decision
    chosen = _chosen(understood, reply.card.id if reply.card else None)
    others = [one for one in understood.candidates if chosen is None or one.card != chosen.card]
    if chosen is None and others:
        chosen, others = others[0], others[1:]
    opinion = sorted(understood.triage.opinion.items(), key=lambda pair: -pair[1])
    return Why(
        decided=_decided(reply.kind, understood),
        intent=understood.intent,
        chosen=chosen,
        runner_up=others[0] if others else None,
        answer_threshold=decision.answer_threshold if decision else None,
        clarify_threshold=decision.clarify_threshold if decision else None,
        act=(understood.act.name, understood.act.probability) if understood.act else None,
        triage_class=understood.triage.triage_class,
        evidence=tuple(_evidence(asked)),
        opinion=tuple((name, share) for name, share in opinion if share >= _FAINTEST_OPINION),
        language=understood.language,
    )


def _decided(kind: Kind, found: Understanding) -> str:
    if kind is Kind.EMERGENCY or found.triage.triage_class == "emergency":
        return "It may be an emergency. That comes before any card."
    if kind is Kind.SCREENING or found.context.pending_item is not None:
        return "The message was read as a part of the pre-screening."
    if found.triage.triage_class is not None:
        return "It is a matter for a person, whatever card may fit."
    decision = found.decision
    if decision is None or not found.intent.startswith(("ask_faq", "out_of_scope")):
        return "It was understood as something that needs no card."
    if decision.outcome is Outcome.ANSWER:
        if len(decision.cards) > 1:
            return "Two questions in one message, each with a card sure enough to show."
        return "The best card was sure enough to be shown."
    if decision.outcome is Outcome.CLARIFY:
        return "No card was sure enough alone, so the assistant asked which was meant."
    return "No card was sure enough, so it is passed on to a person."


def _chosen(found: Understanding, card_id: str | None) -> Candidate | None:
    if card_id is None:
        return None
    known = next((one for one in found.candidates if one.card == card_id), None)
    return known or Candidate(card=card_id, probability=0.0)


def _understanding(message: StaffMessage) -> Understanding | None:
    if message.understanding is None:
        return None
    try:
        return Understanding.model_validate(message.understanding)
    except ValidationError:
        return None  # kept by another version; the page says so instead of failing


def _evidence(message: StaffMessage) -> Iterable[Evidence]:
    understood = _understanding(message)
    for found in understood.triage.findings if understood is not None else ():
        yield Evidence(found.rule, found.triage_class, found.words, found.turned_off_by, message.sequence)


def _answered(transcript: Sequence[StaffMessage]) -> Iterable[Answered]:
    question = ""
    for message in transcript:
        if message.from_ == "patient":
            question = one_line(message.text)
        elif message.reply is not None and message.reply.card is not None:
            card = message.reply.card
            by = message.reply.staff.name if message.reply.staff else ""
            yield Answered(question, card.id, card.version, card.status, by, message.sequence)


def _waiting_since(
    handoff: HandoffRecord | None, asked: Sequence[StaffMessage], transcript: Sequence[StaffMessage]
) -> datetime | None:
    """When the oldest message was written that no person has answered since."""
    if handoff is None or handoff.state not in ACTIVE:
        return None
    if not asked:
        return handoff.created_at if handoff.answered_at is None else None
    last_staff = max((message.sequence for message in transcript if message.from_ == "staff"), default=0)
    return next((message.at for message in asked if message.sequence > last_staff), None)
