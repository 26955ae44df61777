"""The page of a conversation as the server renders it: brief, transcript, why; and what an open page asks for."""

import re

import pytest
from web_console_helpers import HTMX, SCRIPT, UNDERSTOOD, Asked, Person, ask, read, sign_in
from web_helpers import Site

from mesofaq.accounts.models import Role
from mesofaq.chat.models import Priority, Reason


@pytest.fixture
def dana(site: Site) -> Person:
    return sign_in(site)


def page_of(person: Person, asked: Asked) -> str:
    return f"/staff/conversations/{asked.conversation_id}"


def test_the_brief_comes_before_the_transcript_and_names_card_version_and_rule(site: Site, dana: Person) -> None:
    asked = ask(site, "May I have it?", card=True)

    answer = dana.get(page_of(dana, asked))

    text = read(answer)
    assert text.index("In short") < text.index("The whole conversation")
    assert "Question May I have it?" in text
    assert "card after-wash, version 0123456789ab" in text
    assert "“chest pain”: emergency, but the patient says it is not so [rule chest-pain]" in text
    assert "Language, channel English, Website" in text
    assert "Contact left None" in text


def test_the_whole_transcript_is_there_in_order_with_who_wrote_it(site: Site, dana: Person) -> None:
    asked = ask(site, "May I have it?", card=True)

    text = read(dana.get(page_of(dana, asked))).partition("The whole conversation")[2]

    places = [
        text.index(words) for words in ("When can I wash", "Wait for 48 hours", "May I have it?", "A person will")
    ]
    assert places == sorted(places)
    assert text.count("Assistant") == 2


def test_lines_and_spaces_of_a_message_are_kept(site: Site, dana: Person) -> None:
    answer = dana.get(page_of(dana, ask(site, "First line\n  second line")))

    assert '<p class="words">First line\n  second line</p>' in answer.text


def test_why_this_answer_tells_scores_thresholds_bundle_card_and_act(site: Site, dana: Person) -> None:
    text = read(dana.get(page_of(dana, ask(site, card=True))))

    why = text.partition("Why this answer")[2]
    for told in (
        "Card shown after-wash, 91% sure",
        "Next best card after-swim, 5% sure",
        "62% to answer, 41% for the best ones together",
        "Card version 0123456789ab – draft, no clinician has approved it",
        "bundle 0a1b2c3d4e5f6071",
        "asks a question (80%)",
    ):
        assert told in why


def test_an_emergency_has_a_heading_of_its_own_in_words(site: Site, dana: Person) -> None:
    alarmed = {**UNDERSTOOD, "triage": {"triage_class": "emergency"}}
    asked = ask(site, "I cannot breathe", Reason.EMERGENCY, Priority.EMERGENCY, alarmed)

    answer = dana.get(page_of(dana, asked))

    assert '<h2 id="alarm-h">Emergency</h2>' in answer.text
    assert "Patient" in read(answer)
    assert re.search(r'id="alarm-1"><span class="priority emergency">Emergency<', answer.text)


def test_a_script_in_a_message_a_name_or_a_note_is_shown_as_text(site: Site) -> None:
    person = sign_in(site, name="<b>Dana</b>", title="<i>nurse</i>")
    asked = ask(site, SCRIPT)
    person.step(asked, "claim", 1)
    person.reply(asked, SCRIPT)
    person.post(f"{page_of(person, asked)}/note", {"text": SCRIPT})

    answer = person.get(page_of(person, asked))

    for raw in (SCRIPT, "<b>Dana</b>", "<i>nurse</i>"):
        assert raw not in answer.text
    assert read(answer).count(SCRIPT) >= 4  # question, message, reply and note
    assert "<b>Dana</b>" in read(answer)


def test_a_reviewer_reads_and_notes_but_has_no_reply_box_and_no_button_to_claim(site: Site) -> None:
    reviewer = sign_in(site, Role.REVIEWER)
    asked = ask(site)

    text = read(reviewer.get(page_of(reviewer, asked)))

    assert "Save the note" in text
    for forbidden in ("Claim it", "Send to the patient", "Download everything", "Erase"):
        assert forbidden not in text


def test_an_admin_is_offered_to_erase_and_a_clinician_is_not(site: Site, dana: Person) -> None:
    asked, admin = ask(site), sign_in(site, Role.ADMIN)

    assert "Erase it for good" in read(admin.get(page_of(admin, asked)))
    assert "Erase it for good" not in read(dana.get(page_of(dana, asked)))
    assert "Download everything" in read(dana.get(page_of(dana, asked)))


def test_a_conversation_that_was_never_handed_over_takes_no_reply(site: Site, dana: Person) -> None:
    conversation = site.services.store.create_conversation("0" * 64)
    site.services.store.receive(conversation.id, "Just looking", None)

    text = read(dana.get(f"/staff/conversations/{conversation.id}"))

    assert "was never handed to a person" in text
    assert "Claim it" not in text


def test_an_unknown_conversation_is_a_page_with_one_sentence(dana: Person) -> None:
    answer = dana.get("/staff/conversations/nonsense")

    assert answer.status_code == 404
    assert "There is no such conversation" in read(answer)
    assert "Queue" in read(answer)


def test_a_program_that_asks_for_no_page_gets_a_problem_document(dana: Person) -> None:
    answer = dana.get("/staff/conversations/nonsense", Accept="application/json")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_open_page_gets_only_what_is_new(site: Site, dana: Person) -> None:
    asked = ask(site, "First of all")
    dana.get(page_of(dana, asked))
    more = site.services.store.receive(asked.conversation_id, "One more thing", None)
    site.services.store.save_understanding(more.message_id, {"intent": "ask_other"})

    answer = dana.get(f"{page_of(dana, asked)}/transcript?after=2&seen=1", **HTMX)

    assert "One more thing" in read(answer)
    assert "First of all" not in read(answer)
    assert re.search(r'id="after" name="after" value="3" hx-swap-oob', answer.text)
    assert 'id="steps"' not in answer.text


def test_an_open_page_hears_that_somebody_else_has_claimed_it(site: Site, dana: Person) -> None:
    asked = ask(site)
    dana.get(page_of(dana, asked))
    sign_in(site, name="Sam Okoye").step(asked, "claim", 1)

    answer = dana.get(f"{page_of(dana, asked)}/transcript?after=2&seen=1", **HTMX)

    assert "Sam Okoye has this conversation" in read(answer)
    assert re.search(r'id="steps"[^>]*hx-swap-oob', answer.text)


def test_a_reply_box_with_words_in_it_is_never_taken_away(site: Site, dana: Person) -> None:
    asked = ask(site)
    dana.step(asked, "claim", 1)
    dana.get(page_of(dana, asked))
    site.services.store.receive(asked.conversation_id, "One more thing", None)
    dana.step(asked, "release", 2)

    answer = dana.get(f"{page_of(dana, asked)}/transcript?after=3&seen=2&had=true", **HTMX)

    assert 'id="steps"' in answer.text
    assert 'id="answer"' not in answer.text


def test_opening_is_audited_and_refreshing_is_not(site: Site, dana: Person) -> None:
    asked = ask(site)

    def reads() -> int:
        (row,) = site.sql(
            f"SELECT count(*) FROM audit WHERE action = 'transcript.read' AND subject_id = '{asked.conversation_id}'"
        )
        return int(row[0])

    dana.get(page_of(dana, asked))
    assert reads() == 1
    dana.get(f"{page_of(dana, asked)}/transcript?after=1", **HTMX)
    assert reads() == 1
    dana.get(page_of(dana, asked))
    assert reads() == 2


def test_whoever_asks_for_the_refresh_alone_is_audited_as_a_reader(site: Site, dana: Person) -> None:
    asked = ask(site)

    dana.get(f"{page_of(dana, asked)}/transcript?after=1", **HTMX)

    assert site.sql(f"SELECT 1 FROM audit WHERE subject_id = '{asked.conversation_id}' AND action = 'transcript.read'")


def test_the_text_of_a_card_is_shown_before_it_is_sent(site: Site, dana: Person) -> None:
    card_id, _ = site.services.handoffs.cards()[0]

    text = read(dana.get(f"/staff/cards?card_id={card_id}", **HTMX))

    assert "The patient gets this, word for word" in text
    assert " ".join(site.services.assistant.replies.answer(card_id).text.split()) in text
    assert dana.get("/staff/cards?card_id=no-such-card", **HTMX).status_code == 404
