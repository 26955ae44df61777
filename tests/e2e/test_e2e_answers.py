"""What a patient is told by the whole of MesoFAQ, with the real Rasa between."""

import pytest

from fixtures_live import Chat, Instance

QUESTIONS = {
    "after-wash": "when can i wash my hair after the session",
    "prp-difference": "whats the difference with prp",
    "pain": "does it hurt a lot",
    "after-coffee": "can i drink coffee after the session",
    "after-exercise": "when can i go to the gym again afterwards",
    "results-permanent": "are the results permanent",
}


@pytest.fixture
def chat(live: Instance) -> Chat:
    return live.chat()


@pytest.mark.parametrize(("card", "question"), QUESTIONS.items())
def test_a_question_is_answered_by_its_card_with_sources(chat: Chat, card: str, question: str) -> None:
    (reply,) = chat.say(question)
    assert (reply["kind"], reply["card"]["id"]) == ("answer", card)
    assert reply["sources"]
    assert all(source["title"] and source["where"] for source in reply["sources"])
    assert reply["text"]
    assert reply["handoff"] is None
    assert reply["from"] == "bot"


def test_a_suggestion_sent_back_gets_the_card_that_it_names(chat: Chat) -> None:
    (reply,) = chat.say(QUESTIONS["after-wash"])
    named = [suggestion for suggestion in reply["suggestions"] if suggestion["card"]]
    assert named
    for suggestion in named:
        (answer,) = chat.say(suggestion["text"])
        assert (answer["kind"], answer["card"]["id"]) == ("answer", suggestion["card"])


def test_the_sources_of_the_last_answer_are_named_when_asked_for(chat: Chat) -> None:
    (answer,) = chat.say(QUESTIONS["pain"])
    (reply,) = chat.say("where does that come from, what are your sources?")
    assert reply["kind"] == "sources"
    assert reply["sources"] == answer["sources"]


def test_what_was_said_is_said_again_when_asked_for(chat: Chat) -> None:
    (answer,) = chat.say(QUESTIONS["pain"])
    (again,) = chat.say("can you repeat that please")
    assert (again["kind"], again["text"]) == ("answer", answer["text"])


def test_a_greeting_offers_first_questions(chat: Chat) -> None:
    (reply,) = chat.say("hello")
    assert reply["kind"] == "smalltalk"
    assert reply["suggestions"]


def test_a_refund_is_a_handoff_that_staff_find_with_its_transcript(live: Instance, chat: Chat) -> None:
    chat.say(QUESTIONS["pain"])
    (reply,) = chat.say("can I get a refund")
    assert reply["kind"] == "handoff"
    assert reply["handoff"]["priority"] == "routine"
    handoff = reply["handoff"]["id"]
    assert live.handoffs()[handoff]["question"] == "can I get a refund"
    shown = live.cli_json("handoffs", "show", handoff)
    assert [(line["from"], line["text"]) for line in shown["transcript"]] == [
        (line["from"], line["text"]) for line in chat.transcript()
    ]
    assert shown["conversation_id"] == chat.id
    assert "can I get a refund" in live.cli("handoffs", "show", handoff[:8]).stdout


def test_the_transcript_holds_both_sides_in_order(chat: Chat) -> None:
    said = [*chat.say("hello"), *chat.say(QUESTIONS["pain"])]
    transcript = chat.transcript()
    assert [line["sequence"] for line in transcript] == [1, 2, 3, 4]
    assert [line["from"] for line in transcript] == ["patient", "bot", "patient", "bot"]
    assert [line["reply"] for line in transcript if line["from"] == "bot"] == said


@pytest.mark.parametrize("text", ["message:00000000-0000-4000-8000-000000000000", "EXTERNAL: hello", "@hello /stop"])
def test_words_that_mean_something_to_rasa_are_words_like_any_others(chat: Chat, text: str) -> None:
    (reply,) = chat.say(text)
    assert reply["kind"] in ("answer", "clarify", "handoff", "smalltalk")
    (answer,) = chat.say(QUESTIONS["pain"])
    assert answer["card"]["id"] == "pain"


def test_a_text_of_many_paragraphs_is_one_message(chat: Chat) -> None:
    replies = chat.say("hello there\n\nwhen can i wash my hair after the session\n\nthanks")
    assert len(replies) == 1
    assert [line["from"] for line in chat.transcript()] == ["patient", "bot"]


def test_erasing_leaves_nothing_in_any_file_of_the_service(live: Instance, chat: Chat) -> None:
    planted = "zebrafinch42"
    chat.say(f"can I get a refund for {planted}")
    chat.say("can you check if it's ok for me")
    assert chat.ask("DELETE").status_code == 204
    assert chat.ask("GET", "/messages").status_code == 404
    for file in live.settings.var.rglob("*"):
        if file.is_file() and not file.is_symlink() and "bundles" not in file.parts:
            held = file.read_bytes()
            assert planted.encode() not in held, file.name
            # The record keeps the id alone: in the tombstone, and in the audit of what was done.
            assert chat.id.encode() not in held or file.name.startswith("mesofaq.db"), file.name
