"""What the tests of handing over share: settings with receivers, accounts, and a listener to server-sent events."""

import contextlib
import json
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from notify_helpers import DESK, SECRET, SENDER, MailReceiver, Receiver

from fixtures_live import ROOT, Chat, free_ports
from mesofaq.accounts.models import Role
from mesofaq.accounts.service import Accounts
from mesofaq.errors import Code, Problem
from mesofaq.settings import Settings
from mesofaq.store import Store, utc_now
from mesofaq.store.audit import CLI

QUESTION = "when can i wash my hair after the session"
PERSON = "i want to talk to a person"
UNKNOWN = "can I get a refund"
EMERGENCY = "i cant breathe and my face is swelling since the injections"
PASSWORD = "seven tall zebras dance at dawn"
TITLE = "nurse"


def telling_settings(folder: Path, receiver: Receiver, mailbox: MailReceiver, **other: Any) -> Settings:
    """Settings of an instance that tells staff by mail and by webhook."""
    port, rasa_port = free_ports(2)
    return Settings(
        home=ROOT,
        var_dir=folder,
        port=port,
        rasa_port=rasa_port,
        rate_limit=0,
        webhook_url=receiver.url,
        webhook_secret=SECRET,
        smtp_url=mailbox.url,
        mail_from=SENDER,
        notify_mail=",".join(DESK),
        **other,
    )


def add_staff(settings: Settings, name: str, role: Role = Role.CLINICIAN) -> tuple[str, str]:
    """Add "Dana Reyes" as dana, unless she is there; gives what she signs in with."""
    username = name.split()[0].lower()
    store = Store(settings.store_url, seal=settings.seal)
    accounts = Accounts(
        store.database,
        utc_now,
        idle=timedelta(minutes=settings.session_idle_min),
        absolute=timedelta(hours=settings.session_max_hours),
        second_factor_required=False,
    )
    try:
        accounts.add(username, name, TITLE, role, PASSWORD, by=CLI)
    except Problem as problem:
        if problem.code is not Code.CONFLICT:
            raise
    finally:
        store.close()
    return username, PASSWORD


class Listener:
    """Listens to a conversation's events as the page does: again after each loss, from the last one on.

    Args:
        chat: the conversation.
    """

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self.events: list[tuple[int, dict[str, Any]]] = []
        self.connected = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._listen)

    @property
    def places(self) -> list[int]:
        """The places of the messages that came, in the order in which they came."""
        return [place for place, _ in self.events]

    @property
    def texts(self) -> list[str]:
        """What they said."""
        return [message["text"] for _, message in self.events]

    def __enter__(self) -> "Listener":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(40)
        assert not self._thread.is_alive()

    def _listen(self) -> None:
        # The stream says something every 15 s at least; the short time-out is for noticing the end.
        patience = httpx.Timeout(5, read=2)
        with httpx.Client(base_url=self._chat.url, trust_env=False, timeout=patience) as client:
            while not self._stopping.is_set():
                last = {"Last-Event-ID": str(self.places[-1])} if self.events else {}
                with (
                    contextlib.suppress(httpx.TransportError),
                    client.stream("GET", f"{self._chat.path}/events", headers=self._chat.headers | last) as stream,
                ):
                    self.connected.set()
                    self._take(stream)
                time.sleep(0.1)

    def _take(self, stream: httpx.Response) -> None:
        place = 0
        for line in stream.iter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                place = int(value)
            elif name == "data":
                self.events.append((place, json.loads(value)))
            if self._stopping.is_set():
                return


def patiently(act: Callable[[], httpx.Response], within_s: float, what: str) -> httpx.Response:
    """Try something again, as the page does, until it is answered for good; whatever was lost may have been done."""
    deadline = time.monotonic() + within_s
    while True:
        with contextlib.suppress(httpx.TransportError):
            answer = act()
            if answer.status_code < 500 and answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                return answer
        assert time.monotonic() < deadline, f"not within {within_s:g} s: {what}"
        time.sleep(0.3)
