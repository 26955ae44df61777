"""Mails to a real SMTP server, encrypted and not."""

import asyncio
import socket
import ssl
from pathlib import Path

import pytest
from notify_helpers import DESK, SENDER, MailReceiver, mail, notice

from mesofaq.errors import Code, Problem
from mesofaq.notify.mail import MailWay
from mesofaq.notify.smtp import MailServer
from mesofaq.notify.way import ARRIVED, Outcome
from mesofaq.notify.worker import fault_of
from mesofaq.store.outbox import Notice

CONVERSATION = "11111111-1111-4111-8111-111111111111"
EVENTS = ["handoff.opened", "handoff.escalated", "handoff.reopened", "handoff.lapsed", "handoff.expired"]


def _send(way: MailWay, *notices: Notice) -> list[Outcome]:
    async def run() -> list[Outcome]:
        try:
            return [await way.send(one) for one in notices or (notice(),)]
        finally:
            await way.close()

    return asyncio.run(run())


def test_a_mail_says_that_somebody_waits_and_where(mailbox: MailReceiver) -> None:
    told = notice(priority="urgent", conversation_id=CONVERSATION)
    assert _send(mail(mailbox.url), told) == [ARRIVED]
    (mailed,) = mailbox.taken
    message = mailed.message
    assert message["Subject"] == "A patient is waiting (urgent)"
    assert (message["From"], mailed.sender) == (SENDER, SENDER)
    assert tuple(mailed.recipients) == DESK
    assert message["To"] == ", ".join(DESK)
    assert message.get_content_type() == "text/plain"
    lines = message.get_content().splitlines()
    assert f"https://faq.clinic.example/staff/conversations/{CONVERSATION}" in lines
    assert "2026-03-01 07:00 (America/New_York)" in lines


@pytest.mark.parametrize("event_type", [*EVENTS, "handoff.of_tomorrow"])
@pytest.mark.parametrize("priority", [None, "routine", "urgent", "emergency"])
def test_every_event_has_its_words_with_the_priority(
    mailbox: MailReceiver, event_type: str, priority: str | None
) -> None:
    _send(mail(mailbox.url), notice(event_type, priority))
    subject = mailbox.taken[0].message["Subject"]
    assert "patient" in subject or "conversation" in subject
    assert subject.endswith(f" ({priority})") or priority is None


def test_each_event_has_words_of_its_own(mailbox: MailReceiver) -> None:
    _send(mail(mailbox.url), *[notice(event_type) for event_type in EVENTS])
    assert len({mailed.message["Subject"] for mailed in mailbox.taken}) == len(EVENTS)
    assert len({mailed.message.get_content().splitlines()[0] for mailed in mailbox.taken}) == len(EVENTS)


@pytest.mark.parametrize(("priority", "marks"), [("emergency", ("1", "high")), ("urgent", (None, None))])
def test_only_an_emergency_is_marked_as_important(
    mailbox: MailReceiver, priority: str, marks: tuple[str | None, str | None]
) -> None:
    _send(mail(mailbox.url), notice(priority=priority))
    message = mailbox.taken[0].message
    assert (message["X-Priority"], message["Importance"]) == marks


def test_a_repeated_mail_has_the_same_message_id(mailbox: MailReceiver) -> None:
    told = notice()
    _send(mail(mailbox.url), told, told)
    first, second = mailbox.taken
    assert first.message["Message-ID"] == second.message["Message-ID"] == f"<{told.event_id}@clinic.example>"


def test_without_a_public_address_the_mail_names_the_conversation(mailbox: MailReceiver) -> None:
    _send(mail(mailbox.url, public_url=""), notice(conversation_id=CONVERSATION))
    content = mailbox.taken[0].message.get_content()
    assert f"Conversation {CONVERSATION}" in content
    assert "http" not in content


def test_a_refused_recipient_does_not_keep_the_others_from_their_mail(mailbox: MailReceiver) -> None:
    mailbox.refuse(DESK[0])
    assert _send(mail(mailbox.url)) == [Outcome(refused=1)]
    assert mailbox.taken[0].recipients == [DESK[1]]


def test_a_mail_that_nobody_may_have_is_a_fault_without_their_addresses(mailbox: MailReceiver) -> None:
    mailbox.refuse(*DESK)
    with pytest.raises(OSError) as caught:  # noqa: PT011  only its class goes anywhere
        _send(mail(mailbox.url))
    assert fault_of(caught.value) == "SMTPRecipientsRefused"


def test_a_temporary_fault_of_the_server_is_told_by_its_code(mailbox: MailReceiver) -> None:
    mailbox.follow(["451"])
    with pytest.raises(OSError) as caught:  # noqa: PT011  only its class and code go anywhere
        _send(mail(mailbox.url))
    assert fault_of(caught.value) == "SMTPDataError 451"


def test_starttls_with_a_certificate_that_holds(
    server_tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with MailReceiver(starttls=server_tls, login=("clinic", "pa:ss@1")) as server:
        assert _send(mail(f"smtp://clinic:pa%3Ass%401@localhost:{server.port}")) == [ARRIVED]
        assert [mailed.encrypted for mailed in server.taken] == [True]


def test_starttls_with_an_unknown_certificate_sends_nothing(server_tls: ssl.SSLContext) -> None:
    with MailReceiver(starttls=server_tls) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            _send(mail(f"smtp://localhost:{server.port}"))
        assert server.attempts == 0


def test_starttls_with_a_certificate_of_another_host_sends_nothing(
    server_tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with MailReceiver(starttls=server_tls) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            _send(mail(f"smtp://127.0.0.1:{server.port}"))
        assert server.attempts == 0


def test_a_server_without_starttls_gets_neither_mail_nor_password(mailbox: MailReceiver) -> None:
    with pytest.raises(OSError) as caught:  # noqa: PT011  only its class goes anywhere
        _send(mail(f"smtp://user:password@127.0.0.1:{mailbox.port}"))
    assert fault_of(caught.value) == "SMTPNotSupportedError"
    assert mailbox.attempts == 0


def test_tls_from_the_start(server_tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with MailReceiver(tls=server_tls) as server:
        assert _send(mail(f"smtps://localhost:{server.port}")) == [ARRIVED]
        assert [mailed.encrypted for mailed in server.taken] == [True]


def test_a_wrong_password_is_told_by_its_code(
    server_tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with MailReceiver(starttls=server_tls, login=("clinic", "right")) as server:
        with pytest.raises(OSError) as caught:  # noqa: PT011  only its class and code go anywhere
            _send(mail(f"smtp://clinic:wrong@localhost:{server.port}"))
        assert fault_of(caught.value) == "SMTPAuthenticationError 535"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.clinic.example",
        "http://mail.clinic.example",
        "smtp://",
        "smtp://user:geheim@mail.clinic.example:port",
        "smtp://user:geheim@mail.clinic.example/path",
        "smtp+plain://user:geheim@mail.clinic.example",
    ],
)
def test_a_server_that_cannot_be_used_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(Problem) as caught:
        MailServer(url)
    assert caught.value.code is Code.SETTING_INVALID
    assert "geheim" not in caught.value.detail


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_a_password_may_go_unencrypted_within_this_machine(host: str) -> None:
    assert MailServer(f"smtp+plain://user:password@{host}:25").host == host.strip("[]")


def test_a_server_that_hangs_is_left_by_the_thread_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        async def scene() -> None:
            way = mail(f"smtp+plain://127.0.0.1:{listener.getsockname()[1]}")
            sending = asyncio.create_task(way.send(notice()))
            connection, _ = await asyncio.to_thread(listener.accept)
            with connection:
                connection.sendall(b"220 hello\r\n")
                assert await asyncio.to_thread(connection.recv, 100)  # the greeting, never answered
                sending.cancel()
                connection.settimeout(5)
                assert await asyncio.to_thread(connection.recv, 100) == b""  # it hung up long before its own time-out
            await way.close()

        asyncio.run(scene())


@pytest.mark.parametrize("event_type", ["handoff.claimed", "handoff.resolved"])
def test_that_somebody_is_on_it_is_no_mail(mailbox: MailReceiver, event_type: str) -> None:
    assert _send(mail(mailbox.url), notice(event_type)) == [ARRIVED]
    assert mailbox.taken == []


def test_a_conversation_that_was_given_back_is_one(mailbox: MailReceiver) -> None:
    _send(mail(mailbox.url), notice("handoff.released"))
    assert mailbox.taken[0].message["Subject"] == "A patient is waiting again"
