"""Plays labelled dialogues through the running service, and judges them. What was said is erased again."""

import contextlib
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

import httpx

from mesofaq.chat.models import Reply
from mesofaq.errors import Code, Problem
from mesofaq.evaluate.cases import Dialogue
from mesofaq.evaluate.service import CONNECT_S
from mesofaq.evaluate.turns import JudgedDialogue, Words, judge_dialogue

__all__ = ["play", "play_all", "service_client"]

_ANSWER_S = 60.0


def service_client(url: str) -> httpx.Client:
    """A client of the service at `url`, that no proxy of the machine comes between."""
    return httpx.Client(base_url=url, timeout=httpx.Timeout(_ANSWER_S, connect=CONNECT_S), trust_env=False)


def play_all(
    client: httpx.Client, dialogues: Sequence[Dialogue], words: Words, *, played: Callable[[int], None]
) -> list[JudgedDialogue]:
    """Play and judge each dialogue in a conversation of its own.

    Args:
        client: its base URL is the service's.
        dialogues: what to say.
        words: how replies tell what was understood.
        played: is told after each dialogue how many there were so far.

    Raises:
        Problem: `not-ready`, the service refused a message or does not answer: half a set would give figures of
            another set.
    """
    judged: list[JudgedDialogue] = []
    for dialogue in dialogues:
        judged.append(judge_dialogue(dialogue, play(client, dialogue), words))
        played(len(judged))
    return judged


def play(client: httpx.Client, dialogue: Dialogue) -> list[list[Reply]]:
    """Say every turn of a dialogue in one conversation, and erase it.

    Returns:
        The replies to each turn.

    Raises:
        Problem: `not-ready`, as `play_all`.
    """
    opened = _call(client, "POST", "/v1/conversations", dialogue)
    path = f"/v1/conversations/{opened['conversation_id']}"
    headers = {"Authorization": f"Bearer {opened['token']}"}
    try:
        said = [
            _call(client, "POST", f"{path}/messages", dialogue, json={"text": turn.text}, headers=headers)
            for turn in dialogue.turns
        ]
    finally:
        with contextlib.suppress(httpx.HTTPError):
            client.delete(path, headers=headers)
    return [[Reply.model_validate(reply) for reply in answer["messages"]] for answer in said]


def _call(client: httpx.Client, method: str, path: str, dialogue: Dialogue, **request: Any) -> Any:
    """The JSON of an answer.

    Raises:
        Problem: `not-ready`, there is none.
    """
    try:
        response = client.request(method, path, **request)
    except httpx.HTTPError as error:
        raise Problem(
            Code.NOT_READY, f"{dialogue.place}: the service does not answer any more ({type(error).__name__})."
        ) from None
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        raise Problem(
            Code.NOT_READY,
            f"{dialogue.place}: the service's rate limit (answer 429) ended this: start it with MESOFAQ_RATE_LIMIT=0.",
        )
    if not response.is_success:
        raise Problem(
            Code.NOT_READY, f"{dialogue.place}: the service refused a turn of it (answer {response.status_code})."
        )
    return response.json()
