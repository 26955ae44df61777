"""Hands a message to Rasa and collects its replies. Whatever is not a reply is a failure, and says so."""

import asyncio
from typing import Any

import httpx
from pydantic import ValidationError

from mesofaq.chat.models import ReplyDraft
from mesofaq.errors import Code, Problem

__all__ = ["RasaClient"]


class RasaClient:
    """A client of Rasa's REST channel.

    Args:
        base_url: where Rasa listens, on loopback.
        timeout_s: how long one message may take, in seconds; Rasa's own limit on an action is far longer.
    """

    def __init__(self, base_url: str, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._http = httpx.AsyncClient(
            base_url=base_url,
            timeout=httpx.Timeout(timeout_s, connect=min(2.0, timeout_s)),
            # Rasa is on loopback: a proxy named in the environment is not meant for it.
            trust_env=False,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def send(self, sender: str, text: str) -> list[ReplyDraft]:
        """Hand over one message.

        Args:
            sender: the conversation as Rasa knows it.
            text: the message's reference.

        Returns:
            What the actions want to say, in order; never empty.

        Raises:
            Problem: `dialogue-failed` when Rasa cannot be reached, takes too long, answers with anything but replies,
                or says nothing: its REST channel turns every exception into an empty list.
        """
        try:
            # httpx limits the wait for each piece of the answer; the patient waits for the whole.
            async with asyncio.timeout(self._timeout_s):
                response = await self._http.post("/webhooks/rest/webhook", json={"sender": sender, "message": text})
            response.raise_for_status()
            payload: Any = response.json()
        except (httpx.HTTPError, TimeoutError, ValueError) as error:
            raise Problem(Code.DIALOGUE_FAILED, f"Rasa did not answer ({type(error).__name__}).") from error
        try:
            drafts = [ReplyDraft.model_validate(item["custom"]) for item in payload]
        except (ValidationError, KeyError, TypeError) as error:
            raise Problem(Code.DIALOGUE_FAILED, "Rasa answered with something that is no reply.") from error
        if not drafts:
            raise Problem(Code.DIALOGUE_FAILED, "Rasa answered with nothing.")
        return drafts

    async def healthy(self) -> bool:
        """Whether Rasa answers at all."""
        try:
            return (await self._http.get("/")).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False
