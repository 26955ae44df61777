"""How the turns of a dialogue fared: what was replied, against what was expected.

The replies tell which card, which handoff and whether the health questions go on. Which act was understood they tell
by words that only this act brings: the phrase of `phrases.yml`, or the last answer once more. In the middle of the
health questions an act may have another effect: 'goodbye' and 'stop' end them, and after 'repeat' the item is asked
again.

A handoff is right wherever one is expected, for whatever reason, an emergency's too; but no card may stand beside it.
The health questions go on where an item is asked and nothing but small talk stands beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mesofaq.chat.models import Kind as ReplyKind
from mesofaq.chat.models import Reply
from mesofaq.dialogue.replies import HAPPENING_NOW_TEXT, Replies
from mesofaq.evaluate.cases import Dialogue, Turn
from mesofaq.evaluate.expectations import Expectation, Kind
from mesofaq.evaluate.results import GROUPS, TURNS, Result, Worth
from mesofaq.understanding.triage import TriageClass

__all__ = ["JudgedDialogue", "JudgedTurn", "Words", "judge_dialogue"]

_SAID = ("greet", "thank", "goodbye", "who_are_you", "privacy", "complain", "not_now")
_ANSWERS = frozenset({"affirm", "deny", "unsure", "skip", "inform_health", "go_back"})
_NOTHING_ASKED = "nothing_asked"
_NOTHING_TO_REPEAT = "nothing_to_repeat"
_HANDOFFS = {
    "handoff_person": "ask_person",
    "handoff_out_of_scope": "out of scope",
    **{f"handoff_{name}": str(name) for name in TriageClass if name is not TriageClass.EMERGENCY},
}


@dataclass(frozen=True)
class Words:
    """The texts by which a reply tells what was understood.

    Args:
        named: what was understood, by the text that only that brings (small talk and handoffs).
        intro: how the health questions begin.
    """

    named: Mapping[str, str]
    intro: str

    @classmethod
    def of(cls, replies: Replies) -> "Words":
        """The words of the service's own replies."""
        keys = {**{key: key for key in (*_SAID, _NOTHING_ASKED, _NOTHING_TO_REPEAT)}, **_HANDOFFS}
        named = {replies.phrase(key): name for key, name in keys.items()}
        return cls(named, replies.screening.intro().text)

    def name_of(self, text: str) -> str | None:
        """What a reply with that text says was understood; when a person answers may stand behind it."""
        told = (name for words, name in self.named.items() if text == words or text.startswith(f"{words}\n\n"))
        return next(told, None)


@dataclass(frozen=True)
class JudgedTurn:
    """One turn with what became of it; `got` is for people."""

    turn: Turn
    replies: tuple[Reply, ...]
    result: Result
    got: str

    @property
    def worth(self) -> Worth:
        """How that is to be taken."""
        return GROUPS[TURNS][self.result].worth

    @property
    def right(self) -> bool:
        """Whether it is what was expected."""
        return self.result is Result.RIGHT


@dataclass(frozen=True)
class JudgedDialogue:
    """A dialogue as it was played."""

    dialogue: Dialogue
    turns: tuple[JudgedTurn, ...]

    @property
    def result(self) -> Result:
        """Right, if every turn was."""
        return Result.RIGHT if all(turn.right for turn in self.turns) else Result.WRONG


@dataclass(frozen=True)
class _Seen:
    """One turn's replies, and what stood before it: the cards answered last, the item asked."""

    replies: tuple[Reply, ...]
    words: Words
    last: tuple[str, ...]
    pending: str | None

    @property
    def kinds(self) -> frozenset[ReplyKind]:
        return frozenset(reply.kind for reply in self.replies)

    @property
    def shown(self) -> tuple[str, ...]:
        return tuple(reply.card.id for reply in self.replies if reply.kind is ReplyKind.ANSWER and reply.card)

    @property
    def offered(self) -> tuple[str, ...]:
        asked = (reply for reply in self.replies if reply.kind is ReplyKind.CLARIFY)
        return tuple(offer.card for reply in asked for offer in reply.suggestions if offer.card)

    @property
    def asked_if_now(self) -> bool:
        return any(offer.text == HAPPENING_NOW_TEXT for reply in self.replies for offer in reply.suggestions)

    @property
    def item(self) -> str | None:
        """The item that is asked at the end."""
        asked = self.replies[-1].screening if self.replies else None
        return asked.item if asked else None

    @property
    def said(self) -> frozenset[str]:
        """What was understood, as far as words tell."""
        return frozenset(name for reply in self.replies if (name := self.words.name_of(reply.text)) is not None)


def judge_dialogue(dialogue: Dialogue, played: Sequence[Sequence[Reply]], words: Words) -> JudgedDialogue:
    """Judge a dialogue.

    Args:
        dialogue: what was said, and expected.
        played: the replies to each turn.
        words: how replies tell what was understood.
    """
    turns = []
    last: tuple[str, ...] = ()
    pending: str | None = None
    for turn, replies in zip(dialogue.turns, played, strict=True):
        seen = _Seen(tuple(replies), words, last, pending)
        result = Result.RIGHT if _right(turn.expected, seen) else _wrong(turn.expected, seen)
        turns.append(JudgedTurn(turn, seen.replies, result, _got(seen)))
        last, pending = seen.shown or last, seen.item
    return JudgedDialogue(dialogue, tuple(turns))


def _right(expected: Expectation, seen: _Seen) -> bool:
    kinds = seen.kinds
    if ReplyKind.NOTICE in kinds:
        return False
    match expected.kind:
        case Kind.CARD | Kind.CARDS:
            return set(expected.cards) <= set(seen.shown)
        case Kind.CLARIFY_OR_CARD:
            return expected.value in (seen.shown or seen.offered)
        case Kind.HANDOFF:
            return bool(kinds & {ReplyKind.HANDOFF, ReplyKind.EMERGENCY}) and not seen.shown
        case Kind.TRIAGE:
            if expected.value == TriageClass.EMERGENCY:
                return ReplyKind.EMERGENCY in kinds
            return expected.value in seen.said and not seen.shown
        case Kind.SCREENING:
            ended = seen.replies[-1].screening if seen.replies else None
            done = ended is not None and ended.result not in (None, "cancelled")
            return (seen.item is not None or done) and kinds <= {ReplyKind.SCREENING, ReplyKind.SMALLTALK}
        case Kind.SOURCES:
            return ReplyKind.SOURCES in kinds
        case _:
            return _acted(expected.value, seen)


def _acted(act: str, seen: _Seen) -> bool:
    """Whether the replies are what only `act` brings."""
    in_form = seen.pending is not None
    if act == "repeat":
        if seen.shown:
            return seen.last[-1:] == seen.shown[-1:] and set(seen.shown) <= set(seen.last)
        if in_form:
            return seen.item == seen.pending and seen.kinds == {ReplyKind.SCREENING}
        return not seen.last and _NOTHING_TO_REPEAT in seen.said
    if seen.shown:
        return False
    if act == "ask_sources":
        return ReplyKind.SOURCES in seen.kinds
    if act == "start_screening":
        return any(reply.text == seen.words.intro for reply in seen.replies)
    if in_form and act in ("goodbye", "stop"):
        return any(reply.screening and reply.screening.result == "cancelled" for reply in seen.replies)
    if in_form and act in _ANSWERS | {"ask_why"}:
        return seen.item is not None and seen.kinds == {ReplyKind.SCREENING}
    if act in _ANSWERS | {"ask_why", "stop"}:
        return _NOTHING_ASKED in seen.said
    return act in seen.said


def _wrong(expected: Expectation, seen: _Seen) -> Result:
    """What went wrong, the gravest first."""
    of_triage = expected.kind is Kind.TRIAGE
    if ReplyKind.NOTICE in seen.kinds:
        return Result.FAILED
    if ReplyKind.EMERGENCY in seen.kinds:
        return Result.OTHER_CLASS if of_triage else Result.FALSE_ALARM
    if seen.asked_if_now:
        return Result.ASKED_IF_NOW
    if of_triage and expected.value == TriageClass.EMERGENCY:
        return Result.MISSED_EMERGENCY
    if seen.shown:
        return Result.INCOMPLETE if set(seen.shown) < set(expected.cards) else Result.WRONG_CARD
    if ReplyKind.CLARIFY in seen.kinds:
        return Result.CLARIFIED_RIGHT if set(expected.cards) & set(seen.offered) else Result.CLARIFIED_WITHOUT
    if ReplyKind.HANDOFF in seen.kinds:
        return Result.OTHER_CLASS if of_triage else Result.HANDED_OFF
    return Result.MISSED if of_triage else Result.OTHER_ACT


def _got(seen: _Seen) -> str:
    """The replies in a few words."""
    return "; ".join(_told(reply, seen.words) for reply in seen.replies) or "nothing"


def _told(reply: Reply, words: Words) -> str:
    named = words.name_of(reply.text)
    match reply.kind:
        case ReplyKind.ANSWER:
            return reply.card.id if reply.card else "an answer"
        case ReplyKind.CLARIFY:
            offered = ", ".join(offer.card for offer in reply.suggestions if offer.card)
            return f"asked back: {offered}" if offered else "asked whether it is happening now"
        case ReplyKind.HANDOFF:
            return f"a person ({named})" if named else "a person"
        case ReplyKind.SCREENING:
            where = reply.screening
            if where and where.item:
                return f"asks {where.item}"
            return f"health questions: {where.result}" if where and where.result else "about the health questions"
        case ReplyKind.SMALLTALK:
            return f"act:{named}" if named and named != _NOTHING_ASKED else "small talk"
        case _:
            return str(reply.kind)
