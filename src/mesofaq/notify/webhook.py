"""Signed webhooks, as Standard Webhooks 1.0 describes them. The body holds ids, no word about anybody's health."""

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx

from mesofaq import __version__
from mesofaq.errors import Code, Problem
from mesofaq.notify.signing import Signer
from mesofaq.notify.way import ARRIVED, Outcome
from mesofaq.store.outbox import Notice

__all__ = ["WebhookWay", "body_of"]

_CONNECT_S = 5.0
_TOTAL_S = 15.0


class WebhookWay:
    """Posts each notice to one address.

    Args:
        url: the address, http or https.
        keys: what signs, from `parse_secrets`.
        clock: gives the present moment, which is signed too.
        total_s: seconds that one call may take.

    Raises:
        Problem: `setting-invalid` when the address cannot be used.
    """

    name = "webhook"

    def __init__(
        self, url: str, keys: Sequence[bytes], clock: Callable[[], datetime], *, total_s: float = _TOTAL_S
    ) -> None:
        self._url = _parse(url)
        self._signer = Signer(keys)
        self._clock = clock
        self._total_s = total_s
        # The environment counts: a clinic's network often lets nothing out but through its proxy (HTTPS_PROXY), and
        # may have a certificate authority of its own (SSL_CERT_FILE). No redirect is followed: what is signed for one
        # address is not for another.
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(total_s, connect=_CONNECT_S),
            follow_redirects=False,
            trust_env=True,
            headers={"User-Agent": f"MesoFAQ/{__version__}"},
        )

    @property
    def where(self) -> str:
        """The receiver's host; the rest of the address may be a secret."""
        return f"webhook to {self._url.host}"

    async def send(self, notice: Notice) -> Outcome:
        """Post the notice once."""
        body = body_of(notice)
        headers = self._signer.headers(notice.event_id, int(self._clock().timestamp()), body)
        headers["Content-Type"] = "application/json"
        # The client's time-outs are for each step; one that drips its answer must end too. The answer is not read.
        async with (
            asyncio.timeout(self._total_s),
            self._client.stream("POST", self._url, content=body, headers=headers) as answer,
        ):
            return self._outcome(answer)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _outcome(self, answer: httpx.Response) -> Outcome:
        if answer.is_success:
            return ARRIVED
        return Outcome(
            fault=f"HTTP {answer.status_code}",
            retry_after=_retry_after(answer.headers.get("Retry-After", ""), self._clock()),
            gone=answer.status_code == HTTPStatus.GONE,
        )


def body_of(notice: Notice) -> bytes:
    """The body of a call: what happened, when, and to what."""
    data: dict[str, Any] = dict(notice.ids)
    if notice.priority is not None:
        data["priority"] = notice.priority
    moment = notice.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    said = {"type": notice.event_type, "timestamp": moment, "data": data}
    return json.dumps(said, separators=(",", ":")).encode()


def _parse(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL()
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise Problem(
            Code.SETTING_INVALID,
            "MESOFAQ_WEBHOOK_URL must be an address like https://alerts.clinic.example/mesofaq.",
        )
    return parsed


def _retry_after(value: str, now: datetime) -> timedelta | None:
    """What a `Retry-After` asks for, in seconds or as a date; None where it says nothing."""
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:9]), 10**8))
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(timedelta(), moment.replace(tzinfo=moment.tzinfo or UTC) - now)
