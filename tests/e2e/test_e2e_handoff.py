"""A person takes over and gives back, with the real Rasa between: what the patient and the outside see of it."""

from collections.abc import Callable
from typing import Any

import pytest
from e2e_helpers import EMERGENCY, PERSON, QUESTION, TITLE, UNKNOWN, Listener
from notify_helpers import SECRET, Call, MailReceiver, Receiver
from staff_client import Line, StaffClient
from standardwebhooks import Webhook

from fixtures_live import Chat, Instance, eventually

SCREENING = "can you check if it's ok for me"
TOLD_S = 15

Staff = Callable[[str], StaffClient]


@pytest.fixture
def chat(telling: Instance) -> Chat:
    return telling.chat()


@pytest.fixture
def dana(staff: Staff) -> StaffClient:
    return staff("Dana Reyes")


def ask(chat: Chat, text: str) -> list[dict[str, Any]]:
    """Send something and give the replies, if any."""
    answer = chat.post(text)
    assert answer.status_code == 200, answer.text
    messages: list[dict[str, Any]] = answer.json()["messages"]
    return messages


def line_of(staff: StaffClient, chat: Chat, state: str = "waiting") -> Line | None:
    return next((line for line in staff.queue(state) if line.conversation_id == chat.id), None)


def said_last(chat: Chat) -> dict[str, Any]:
    line: dict[str, Any] = chat.transcript()[-1]
    return line


def calls_about(receiver: Receiver, chat: Chat, event: str = "handoff.opened") -> list[Call]:
    return [
        call
        for call in list(receiver.calls)
        if call.said["data"]["conversation_id"] == chat.id and call.said["type"] == event
    ]


def test_who_asks_for_a_person_is_first_on_the_queue_and_told_who_has_joined(chat: Chat, dana: StaffClient) -> None:
    chat.say(QUESTION)
    (reply,) = chat.say(PERSON)
    line = line_of(dana, chat)
    assert line is not None
    assert (line.handoff_id, line.question, line.is_open) == (reply["handoff"]["id"], PERSON, True)
    opened = dana.open(chat.id)
    assert [text for _, text in opened.transcript] == [one["text"] for one in chat.transcript()]

    assert dana.claim(chat.id)

    told = said_last(chat)
    assert (told["from"], told["reply"]["kind"]) == ("bot", "notice")
    assert told["reply"]["staff"] == {"name": "Dana Reyes", "title": TITLE}
    assert "Dana Reyes" in told["text"]
    assert TITLE in told["text"]
    line = line_of(dana, chat)
    assert line is not None
    assert line.is_mine


def test_a_reply_arrives_live_once_and_stays_in_the_transcript(chat: Chat, dana: StaffClient) -> None:
    chat.say(PERSON)
    dana.claim(chat.id)
    with Listener(chat) as listener:
        assert listener.connected.wait(10)
        form = "7f0f2f8e-52a4-4b0c-9b3f-3b1f0a8f5a11"
        assert dana.reply(chat.id, "Hello, this is Dana.\nHow can I help?", form)
        assert dana.reply(chat.id, "Hello, this is Dana.\nHow can I help?", form)
        assert dana.send_card(chat.id, "after-wash")
        # What the bot said to the wish, its notice of who has joined, the reply and the card.
        eventually(lambda: len(listener.events) == 4, 5, "both arrive over the open stream")
    greeting, card = (line["reply"] for line in chat.transcript()[-2:])
    assert (greeting["from"], greeting["kind"], greeting["text"]) == (
        "staff",
        "answer",
        "Hello, this is Dana.\nHow can I help?",
    )
    assert greeting["staff"] == {"name": "Dana Reyes", "title": TITLE}
    assert (card["from"], card["card"]["id"]) == ("staff", "after-wash")
    assert card["sources"]
    assert [event[1]["reply"] for event in listener.events[-2:]] == [greeting, card]


def test_the_bot_is_silent_while_a_person_has_the_conversation(chat: Chat, dana: StaffClient) -> None:
    chat.say(PERSON)
    dana.claim(chat.id)
    assert chat.post(QUESTION).json() == {"conversation_id": chat.id, "messages": []}
    assert ask(chat, "thank you") == []
    assert ask(chat, UNKNOWN) == []
    assert [line["from"] for line in chat.transcript()[-3:]] == ["patient"] * 3
    assert [text for who, text in dana.open(chat.id).transcript if who == "patient"][-1] == UNKNOWN


def test_an_emergency_is_answered_even_then_and_raises_the_handoff(
    chat: Chat, dana: StaffClient, receiver: Receiver
) -> None:
    chat.say(PERSON)
    dana.claim(chat.id)
    (reply,) = ask(chat, EMERGENCY)
    assert reply["kind"] == "emergency"
    assert reply["handoff"]["priority"] == "emergency"
    line = line_of(dana, chat)
    assert line is not None
    assert (line.handoff_id, line.priority) == (reply["handoff"]["id"], "emergency")
    assert dana.queue()[0].priority == "emergency"
    assert line.is_mine
    eventually(lambda: calls_about(receiver, chat, "handoff.escalated"), TOLD_S, "it is told anew")


def test_after_a_release_the_bot_answers_again_and_the_question_waits(chat: Chat, dana: StaffClient) -> None:
    chat.say(PERSON)
    dana.claim(chat.id)
    dana.release(chat.id)
    assert said_last(chat)["reply"]["kind"] == "notice"
    line = line_of(dana, chat)
    assert line is not None
    assert line.is_open
    (answer,) = ask(chat, QUESTION)
    assert (answer["kind"], answer["card"]["id"]) == ("answer", "after-wash")


def test_what_a_person_has_answered_is_not_handed_over_again(chat: Chat, dana: StaffClient) -> None:
    (first,) = chat.say(UNKNOWN)
    assert first["handoff"]
    dana.claim(chat.id)
    dana.reply(chat.id, "Yes, within 14 days.")
    dana.resolve(chat.id)
    assert line_of(dana, chat) is None
    assert line_of(dana, chat, "resolved") is not None

    (again,) = ask(chat, UNKNOWN)
    assert again["handoff"] is None
    assert line_of(dana, chat) is None

    (person,) = ask(chat, PERSON)
    assert person["handoff"]["id"] != first["handoff"]["id"]
    line = line_of(dana, chat)
    assert line is not None
    assert line.is_open


def test_a_person_takes_over_in_the_middle_of_the_pre_screening_which_is_over_then(
    chat: Chat, dana: StaffClient
) -> None:
    # An unknown question inside of it is handed over, and the item asked again.
    chat.say(SCREENING)
    chat.say("no")
    assert chat.say("who won the match last night?")[-1]["screening"]["item"] == "pregnancy"
    dana.claim(chat.id)
    assert ask(chat, "no") == []
    dana.resolve(chat.id)

    (answer,) = ask(chat, QUESTION)
    assert (answer["card"]["id"], answer["screening"]) == ("after-wash", None)
    assert all(reply["screening"] is None for reply in ask(chat, "no"))


def test_a_conversation_that_somebody_has_cannot_be_taken_or_answered_by_another(
    chat: Chat, dana: StaffClient, staff: Staff
) -> None:
    chat.say(PERSON)
    dana.claim(chat.id)
    omar = staff("Omar Haddad")
    assert not omar.claim(chat.id)
    assert not omar.reply(chat.id, "And this is Omar.")
    assert all(line["from"] != "staff" for line in chat.transcript())


def test_a_new_handoff_reaches_the_mail_server_and_the_signed_webhook_without_a_word_of_it(
    chat: Chat, receiver: Receiver, mailbox: MailReceiver
) -> None:
    (reply,) = chat.say("can I get a refund for the zebrafinch treatment")
    (call,) = eventually(lambda: calls_about(receiver, chat), TOLD_S, "the webhook is called")
    assert call.said["data"]["handoff_id"] == reply["handoff"]["id"]
    assert call.said["data"]["priority"] == "routine"
    Webhook(SECRET).verify(call.body.decode(), call.headers)

    def mails() -> list[Any]:
        return [mail for mail in list(mailbox.taken) if chat.id in mail.message.get_content()]

    (mail,) = eventually(mails, TOLD_S, "the mail arrives")
    assert mail.message["Message-ID"].startswith(f"<{call.id}@")
    for told in (call.body.decode(), mail.raw.decode()):
        assert "zebrafinch" not in told
        assert "refund" not in told
