"""One call to a real HTTP receiver, and what its answers mean."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from notify_helpers import SECRET, Receiver, notice, webhook
from standardwebhooks import Webhook, WebhookVerificationError

from mesofaq.errors import Code, Problem
from mesofaq.notify.signing import new_secret
from mesofaq.notify.way import ARRIVED, Outcome
from mesofaq.notify.webhook import WebhookWay
from mesofaq.store.outbox import Notice


def _send(way: WebhookWay, *notices: Notice) -> list[Outcome]:
    async def run() -> list[Outcome]:
        try:
            return [await way.send(one) for one in notices or (notice(),)]
        finally:
            await way.close()

    return asyncio.run(run())


def test_a_call_opens_with_the_receiver_s_secret(receiver: Receiver) -> None:
    told = notice(priority="urgent")
    assert _send(webhook(receiver.url), told) == [ARRIVED]
    (call,) = receiver.calls
    said = Webhook(SECRET).verify(call.body, call.headers)
    assert said == {
        "type": "handoff.opened",
        "timestamp": "2026-03-01T12:00:00.000Z",
        "data": {**told.ids, "priority": "urgent"},
    }
    assert call.id == told.event_id
    assert call.headers["content-type"] == "application/json"


def test_a_body_that_was_changed_on_its_way_does_not_open(receiver: Receiver) -> None:
    _send(webhook(receiver.url))
    (call,) = receiver.calls
    changed = json.dumps({**call.said, "type": "handoff.expired"}, separators=(",", ":"))
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(changed, call.headers)


def test_a_receiver_may_change_its_secret_without_missing_a_call(receiver: Receiver) -> None:
    old, new = new_secret(), new_secret()
    _send(webhook(receiver.url, f"{new} {old}"))
    (call,) = receiver.calls
    Webhook(old).verify(call.body, call.headers)
    Webhook(new).verify(call.body, call.headers)


def test_an_event_keeps_its_id_when_it_is_sent_again(receiver: Receiver) -> None:
    told = notice()
    _send(webhook(receiver.url), told, told)
    first, second = receiver.calls
    assert first.id == second.id == told.event_id
    assert first.body == second.body


@pytest.mark.parametrize("status", ["200", "202", "204"])
def test_every_2xx_means_that_it_arrived(receiver: Receiver, status: str) -> None:
    receiver.plan = iter([status])
    assert _send(webhook(receiver.url)) == [ARRIVED]


@pytest.mark.parametrize("status", ["400", "401", "404", "500", "503"])
def test_every_other_status_is_a_fault(receiver: Receiver, status: str) -> None:
    receiver.plan = iter([status])
    assert _send(webhook(receiver.url)) == [Outcome(fault=f"HTTP {status}")]


@pytest.mark.parametrize("status", ["301", "302", "307", "308"])
def test_a_redirect_is_not_followed(receiver: Receiver, status: str) -> None:
    receiver.plan = iter([status])
    assert _send(webhook(receiver.url)) == [Outcome(fault=f"HTTP {status}")]
    assert len(receiver.calls) == 1


def test_410_means_never_again(receiver: Receiver) -> None:
    receiver.plan = iter(["410"])
    assert _send(webhook(receiver.url)) == [Outcome(fault="HTTP 410", gone=True)]


def test_a_retry_after_in_seconds_is_heard(receiver: Receiver) -> None:
    receiver.plan = iter(["503:120"])
    assert _send(webhook(receiver.url)) == [Outcome(fault="HTTP 503", retry_after=timedelta(seconds=120))]


def test_a_retry_after_as_a_date_is_heard(receiver: Receiver) -> None:
    receiver.plan = iter([f"429:{format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)}"])
    (outcome,) = _send(webhook(receiver.url))
    assert outcome.retry_after is not None
    assert timedelta(minutes=59) < outcome.retry_after <= timedelta(hours=1)


@pytest.mark.parametrize("value", ["soon", "-5", "²", "9" * 400])
def test_a_strange_retry_after_does_no_harm(receiver: Receiver, value: str) -> None:
    receiver.plan = iter([f"503:{value}"])
    (outcome,) = _send(webhook(receiver.url))
    assert outcome.fault == "HTTP 503"


def test_a_receiver_that_hangs_is_left(receiver: Receiver) -> None:
    receiver.plan = iter(["hold"])
    with pytest.raises((TimeoutError, httpx.TimeoutException)):
        _send(webhook(receiver.url, total_s=0.2))


@pytest.mark.parametrize("url", ["", "hooks", "ftp://clinic.example/", "https://", "https://clinic.example:port/"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Problem) as caught:
        webhook(url)
    assert caught.value.code is Code.SETTING_INVALID


def test_the_receiver_is_named_without_the_secret_part_of_its_address(receiver: Receiver) -> None:
    assert webhook("https://user:geheim@hooks.clinic.example/geheim?key=geheim").where == (
        "webhook to hooks.clinic.example"
    )
