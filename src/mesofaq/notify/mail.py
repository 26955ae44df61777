"""E-mail to staff. It says that somebody waits and how urgently, never who, why or what was said.

These texts are for staff, not for patients, so they are here and not under `content/`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from mesofaq.errors import Code, Problem
from mesofaq.notify.smtp import MailServer
from mesofaq.notify.way import ARRIVED, Outcome
from mesofaq.store.outbox import Notice

__all__ = ["TEST_EVENT", "MailWay", "Writer"]

TEST_EVENT = "notification.test"

_SUBJECTS = {
    "handoff.opened": "A patient is waiting",
    "handoff.escalated": "A patient's question has become more urgent",
    "handoff.reopened": "A conversation was opened again",
    "handoff.released": "A patient is waiting again",
    "handoff.lapsed": "A patient is waiting again",
    "handoff.expired": "A patient's question was closed without an answer",
    TEST_EVENT: "A test of MesoFAQ's notifications",
}
_NOT_MAILED = frozenset({"handoff.claimed", "handoff.resolved"})
"""Good news: somebody is on it. Programs hear of it by webhook, people need no mail."""
_OTHER_SUBJECT = "Something has changed in a patient's conversation"

_BODIES = {
    "handoff.opened": "A patient has asked for an answer that only a person can give.",
    "handoff.escalated": "A patient who waits already has asked something more urgent.",
    "handoff.reopened": "A conversation that was closed has been opened again and waits for a person.",
    "handoff.released": "Whoever took a conversation over has given it back, so it waits again.",
    "handoff.lapsed": "Whoever took a conversation over has done nothing in it for a while, so it waits again.",
    "handoff.expired": "Nobody took up a patient's question in the time that the clinic allows, so it was closed.",
    TEST_EVENT: "If you can read this, notifications reach you by e-mail. Nobody is waiting.",
}
_OTHER_BODY = "Something has changed in a patient's conversation."


@dataclass(frozen=True)
class Writer:
    """Writes the mails.

    Args:
        sender: the address in From.
        recipients: the addresses in To.
        public_url: where staff reach the service; empty: the mail has no link.
        timezone: the clinic's, in which a moment is told.
    """

    sender: str
    recipients: tuple[str, ...]
    public_url: str
    timezone: str

    def message(self, notice: Notice) -> EmailMessage:
        """The mail about a notice; the same notice gets the same Message-ID each time."""
        message = EmailMessage(policy=SMTP)
        # `notice.priority` is one of three words, whatever the event said.
        urgency = f" ({notice.priority})" if notice.priority else ""
        message["Subject"] = _SUBJECTS.get(notice.event_type, _OTHER_SUBJECT) + urgency
        message["From"] = self.sender
        message["To"] = ", ".join(self.recipients)
        message["Date"] = format_datetime(notice.at)
        message["Message-ID"] = f"<{notice.event_id}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence notes in reply
        if notice.priority == "emergency":
            message["X-Priority"] = "1"
            message["Importance"] = "high"
        message.set_content("\n\n".join(self._paragraphs(notice)) + "\n")
        return message

    def _paragraphs(self, notice: Notice) -> list[str]:
        moment = notice.at.astimezone(ZoneInfo(self.timezone))
        paragraphs = [_BODIES.get(notice.event_type, _OTHER_BODY), f"{moment:%Y-%m-%d %H:%M} ({self.timezone})"]
        conversation = notice.ids.get("conversation_id")
        if conversation and self.public_url:
            paragraphs.append(f"{self.public_url.rstrip('/')}/staff/conversations/{conversation}")
        elif conversation:
            paragraphs.append(f"Conversation {conversation}, in MesoFAQ's staff console.")
        paragraphs.append(
            "What was asked is in the console only, behind your sign-in. Replies to this mail reach no one."
        )
        return paragraphs


class MailWay:
    """Sends each notice as one mail to all addresses.

    Args:
        server: the mail server.
        writer: writes the mails.
    """

    name = "mail"

    def __init__(self, server: MailServer, writer: Writer) -> None:
        self._server = server
        self._writer = writer

    @property
    def where(self) -> str:
        """The addresses and the server."""
        return f"e-mail to {', '.join(self._writer.recipients)} through {self._server.host}"

    async def send(self, notice: Notice) -> Outcome:
        """Hand the mail over to the server once.

        It counts as delivered when the server took it for one address at least: to repeat it for the others would
        send it to that one again and again.
        """
        if notice.event_type in _NOT_MAILED:
            return ARRIVED
        message = self._writer.message(notice)
        refused = await self._server.send(message, self._writer.sender, self._writer.recipients)
        return Outcome(refused=refused)

    async def close(self) -> None:
        """Let go of the threads."""
        self._server.close()


def read_addresses(setting: str, name: str) -> tuple[str, ...]:
    """Read e-mail addresses that are separated by commas.

    Args:
        setting: the addresses.
        name: the setting's name, for the sentence.

    Raises:
        Problem: `setting-invalid` when one is no address.
    """
    addresses = tuple(dict.fromkeys(part.strip() for part in setting.split(",") if part.strip()))
    if not all(_is_address(address) for address in addresses):
        raise Problem(
            Code.SETTING_INVALID,
            f"{name} must hold plain e-mail addresses like desk@clinic.example, separated by commas.",
        )
    return addresses


def _is_address(text: str) -> bool:
    try:
        address = Address(addr_spec=text)
    except (ValueError, IndexError):
        return False
    return bool(address.username and address.domain) and text.isascii() and text.isprintable() and " " not in text


def one_address(choices: Sequence[str], name: str) -> str:
    """The first of `choices` that is not empty, as the one address that it must be.

    Raises:
        Problem: `setting-invalid` when it is none.
    """
    found = read_addresses(next((choice for choice in choices if choice.strip()), ""), name)
    if len(found) != 1:
        raise Problem(Code.SETTING_INVALID, f"{name} must hold one e-mail address like desk@clinic.example.")
    return found[0]
