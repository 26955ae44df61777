"""Plays a persona against the running service, whatever it asks next, and judges what became of it."""

import contextlib
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

import httpx

from mesofaq.chat.models import Kind, Reply
from mesofaq.dialogue.replies import CHECK_ME_TEXT, NOT_NOW_TEXT
from mesofaq.dialogue.screening_replies import MINE_TEXT
from mesofaq.errors import Code, Problem
from mesofaq.evaluate.personas import AT_THE_END, Interruption, InterruptionKind, Persona

__all__ = ["Channel", "HttpChannel", "Played", "PlayedInterruption", "play_persona"]

_MOST_TURNS = 80


class Channel(Protocol):
    """Where a persona talks: the chat API, or a browser."""

    def say(self, text: str) -> list[Reply]:
        """Send one message and get its replies."""
        ...


class HttpChannel:
    """One conversation over the chat API; it is erased at the end.

    Args:
        client: its base URL is the service's.
    """

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        opened = self._call("POST", "/v1/conversations")
        self._path = f"/v1/conversations/{opened['conversation_id']}"
        self._headers = {"Authorization": f"Bearer {opened['token']}"}

    def say(self, text: str) -> list[Reply]:
        """Send one message.

        Raises:
            Problem: `not-ready`, the service refused it or does not answer.
        """
        answer = self._call("POST", f"{self._path}/messages", json={"text": text}, headers=self._headers)
        return [Reply.model_validate(reply) for reply in answer["messages"]]

    def close(self) -> None:
        """Erase the conversation."""
        with contextlib.suppress(httpx.HTTPError):
            self._client.delete(self._path, headers=self._headers)

    def _call(self, method: str, path: str, **request: Any) -> Any:
        try:
            response = self._client.request(method, path, **request)
        except httpx.HTTPError as error:
            raise Problem(Code.NOT_READY, f"The service does not answer any more ({type(error).__name__}).") from None
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise Problem(Code.NOT_READY, "The service's rate limit ended this: start it with MESOFAQ_RATE_LIMIT=0.")
        if not response.is_success:
            raise Problem(Code.NOT_READY, f"The service refused a message (answer {response.status_code}).")
        return response.json()


@dataclass(frozen=True)
class PlayedInterruption:
    """An interruption and what came of it.

    `dealt_with`: it was answered, and the same item asked again. `by_card`: by the very card that answers it.
    """

    interruption: Interruption
    dealt_with: bool
    by_card: bool


@dataclass
class Played:
    """What became of a persona.

    `asked` counts how often each item was asked, follow-ups apart; `started` tells whether the opening alone began the
    questions; `log` is for people: each message with what was asked after it.
    """

    persona: Persona
    result: str | None = None
    flags: tuple[str, ...] = ()
    started: bool = False
    asked: Counter[str] = field(default_factory=Counter)
    follow_ups: int = 0
    interruptions: list[PlayedInterruption] = field(default_factory=list)
    log: list[tuple[str, str]] = field(default_factory=list)
    failed: bool = False

    @property
    def exact(self) -> bool:
        """Whether result and flags are exactly those expected."""
        expected = self.persona
        return (self.result, set(self.flags)) == (expected.result, set(expected.flags))

    @property
    def missed(self) -> tuple[str, ...]:
        """Contraindications that were stated and are not among the flags."""
        return tuple(item for item in self.persona.yes if item not in self.flags)

    @property
    def asked_although_volunteered(self) -> tuple[str, ...]:
        """Items that were asked although the opening, or an answer before, had made them clear."""
        return tuple(item for item in self.persona.volunteered if self.asked[item] > 0)


def play_persona(channel: Channel, persona: Persona) -> Played:
    """Let a persona talk until there is a result.

    Args:
        channel: where.
        persona: who.
    """
    return _Play(channel, persona).run()


class _Play:
    def __init__(self, channel: Channel, persona: Persona) -> None:
        self._channel = channel
        self._persona = persona
        self._played = Played(persona)
        self._interrupts = {one.at: one for one in persona.interrupts}
        self._corrections = {one.at: one for one in persona.corrections}
        self._pending_follow_up = False
        self._last_asked: str | None = None

    def run(self) -> Played:
        played = self._played
        replies = self._say(self._persona.opening)
        played.started = _asks(replies) is not None or _asks_whose(replies)
        if not played.started:
            replies = self._say(CHECK_ME_TEXT)
        for _ in range(_MOST_TURNS):
            if _result(replies) is not None:
                break
            if _asks_whose(replies):
                replies = self._say(self._persona.whose or MINE_TEXT)
                continue
            if _asks_if_now(replies):
                replies = self._say(NOT_NOW_TEXT)
                continue
            item = _asks(replies)
            if item is None:
                played.failed = True
                return played
            replies = self._answer(item, replies)
        if AT_THE_END in self._corrections and _result(replies) is not None:
            corrected = self._say(self._corrections.pop(AT_THE_END).says)
            replies = corrected if _result(corrected) is not None else replies
        ended = _result(replies)
        played.failed = ended is None
        if ended is not None:
            played.result, played.flags = ended.screening.result, ended.screening.flags  # type: ignore[union-attr]
        return played

    def _answer(self, item: str, replies: list[Reply]) -> list[Reply]:
        persona, played = self._persona, self._played
        # A follow-up offers no buttons: its item was answered, and is still the one named.
        if not replies[-1].suggestions:
            played.follow_ups += 1
            return self._say(persona.details.get(item, "not sure"))
        if (interruption := self._interrupts.pop(item, None)) is not None:
            return self._interrupt(interruption, item)
        if (correction := self._corrections.pop(item, None)) is not None:
            return self._say(correction.says)
        played.asked[item] += 1
        if played.asked[item] == 1:
            return self._say(persona.says[item])
        return self._say(persona.again.get(item) or persona.plain_answer(item))

    def _interrupt(self, interruption: Interruption, item: str) -> list[Reply]:
        replies = self._say(interruption.says)
        shown = [reply.card.id for reply in replies if reply.kind is Kind.ANSWER and reply.card]
        offered = [
            offer.card for reply in replies if reply.kind is Kind.CLARIFY for offer in reply.suggestions if offer.card
        ]
        kinds = {reply.kind for reply in replies}
        match interruption.kind:
            case InterruptionKind.QUESTION:
                answered = interruption.card in (*shown, *offered)
            case InterruptionKind.OUTSIDE:
                answered = bool(kinds & {Kind.HANDOFF, Kind.OUT_OF_SCOPE}) and not shown
            case InterruptionKind.WHY:
                answered = any(reply.kind is Kind.SCREENING and reply.sources for reply in replies)
            case InterruptionKind.CHAT:
                answered = not shown and Kind.HANDOFF not in kinds
        again = _asks(replies) == item
        self._played.interruptions.append(
            PlayedInterruption(interruption, answered and again, again and interruption.card in shown)
        )
        return replies

    def _say(self, text: str) -> list[Reply]:
        replies = self._channel.say(text)
        self._played.log.append((text, "; ".join(_told(reply) for reply in replies)))
        return replies


def _asks(replies: list[Reply]) -> str | None:
    last = replies[-1].screening if replies else None
    return last.item if last is not None else None


def _asks_whose(replies: list[Reply]) -> bool:
    return bool(replies) and any(offer.text == MINE_TEXT for offer in replies[-1].suggestions)


def _asks_if_now(replies: list[Reply]) -> bool:
    return bool(replies) and any(offer.text == NOT_NOW_TEXT for offer in replies[-1].suggestions)


def _result(replies: list[Reply]) -> Reply | None:
    return next((one for one in replies if one.screening is not None and one.screening.result is not None), None)


def _told(reply: Reply) -> str:
    where = reply.screening
    if where is not None and where.result is not None:
        return f"{where.result}: {', '.join(where.flags)}"
    if where is not None and where.item is not None:
        return f"asks {where.item}" if reply.suggestions else f"asks more on {where.item}"
    if reply.card is not None:
        return reply.card.id
    return str(reply.kind)
