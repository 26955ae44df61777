"""An emergency in every form in which it comes: at once, or when somebody says that it is happening now."""

import pytest
from web_helpers import EMERGENCY, Site, StandIn

from fixtures_live import Chat
from mesofaq.dialogue.replies import HAPPENING_NOW_TEXT


@pytest.fixture
def asked(site: Site, chat: Chat) -> Chat:
    """A conversation in which we just asked whether it is happening now."""
    received = site.services.store.receive(chat.id, "i feel so odd since this morning", None)
    site.services.store.finish(received.message_id, [site.services.assistant.replies.ask_if_now()], bundle_id=None)
    return chat


def intent(site: Site, chat: Chat) -> str:
    *_, last = (line for line in chat.transcript() if line["from"] == "patient")
    understood = site.services.store.get_message(last["id"]).understanding
    return str(understood["intent"])


@pytest.mark.parametrize("does", ["answers", "error"])
@pytest.mark.parametrize(
    "text", ["yes", "Yeah!!", "yes, my mum", "right now", "y", "not sure", "i think so", HAPPENING_NOW_TEXT]
)
def test_who_does_not_say_no_is_told_what_to_do(asked: Chat, rasa: StandIn, text: str, does: str) -> None:
    rasa.does = does
    (reply,) = asked.say(text)
    assert reply["kind"] == "emergency"
    assert reply["handoff"]["priority"] == "emergency"
    assert rasa.heard == []


@pytest.mark.parametrize("text", ["no", "nope", "No, it is not happening now"])
def test_a_no_is_taken_as_one(site: Site, asked: Chat, text: str) -> None:
    asked.say(text)
    assert intent(site, asked) == "not_now"


def test_a_question_instead_is_a_question(site: Site, asked: Chat) -> None:
    asked.say("when can i wash my hair after the session")
    assert intent(site, asked) == "ask_faq"
    # And it is asked about no longer.
    asked.say("yes")
    assert intent(site, asked) == "affirm"


def test_an_emergency_starts_the_dialogue_afresh(site: Site, asked: Chat) -> None:
    assert site.services.store.get_conversation(asked.id).dialogue_epoch == 0
    asked.say("yes")
    asked.say(EMERGENCY)
    assert site.services.store.get_conversation(asked.id).dialogue_epoch == 2
