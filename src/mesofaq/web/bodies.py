"""What the chat API takes and gives: the bodies of its requests and answers."""

from pydantic import BaseModel, ConfigDict, Field

from mesofaq.chat.models import Reply, Suggestion, TranscriptMessage

__all__ = [
    "ClinicOut",
    "ContactIn",
    "ConversationIn",
    "ConversationOut",
    "MessageIn",
    "PrivacyOut",
    "RepliesOut",
    "TranscriptOut",
]


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore")


class MessageIn(_Body):
    """A patient's message. Its length is judged by the service, which says what to do about it."""

    text: str
    client_message_id: str | None = Field(default=None, min_length=1, max_length=64)


class ConversationIn(_Body):
    """How a conversation begins: the version of the privacy text that the patient was shown, and by which way.

    A version that is no longer the current one is kept as it is: it is what the patient agreed to.
    """

    consent_version: str | None = Field(default=None, pattern=r"^[0-9A-Za-z._-]{1,64}$")
    channel: str = Field(default="web", pattern=r"^[a-z][a-z0-9_-]{0,31}$")


class ContactIn(_Body):
    """A phone number or an e-mail address for an answer; null takes it back."""

    contact: str | None


class ConversationOut(BaseModel):
    """A new conversation and the secret that opens it; the secret is shown once and never stored."""

    conversation_id: str
    token: str


class RepliesOut(BaseModel):
    """The replies to one message."""

    conversation_id: str
    messages: list[Reply]


class TranscriptOut(BaseModel):
    """The transcript so far, both sides."""

    conversation_id: str
    messages: list[TranscriptMessage]


class PrivacyOut(BaseModel):
    """What a patient must have been shown before the first message; `version` is sent back as `consent_version`."""

    version: str
    text: tuple[str, ...]


class ClinicOut(BaseModel):
    """What the page needs to know of the clinic."""

    name: str
    phone: str
    hours: str
    emergency_number: str
    draft_notice: str | None
    starters: list[Suggestion]
    text_max_chars: int
    talk_to_person_text: str
    privacy: PrivacyOut
    contact_ask: str
