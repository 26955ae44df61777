"""Claim, reply, card, note, release, resolve, reopen; and what somebody sees who was too late."""

import re
from uuid import uuid4

import pytest
from web_console_helpers import HTMX, Asked, Person, ask, read, sign_in
from web_helpers import Site, assert_problem

from mesofaq.accounts.models import Role


@pytest.fixture
def dana(site: Site) -> Person:
    return sign_in(site)


@pytest.fixture
def sam(site: Site) -> Person:
    return sign_in(site, name="Sam Okoye", title="doctor")


@pytest.fixture
def asked(site: Site) -> Asked:
    return ask(site)


def page_of(asked: Asked) -> str:
    return f"/staff/conversations/{asked.conversation_id}"


def patient_sees(site: Site, asked: Asked) -> list[tuple[str, str, str | None]]:
    headers = {"Authorization": f"Bearer {asked.token}"}
    answer = site.ask("GET", f"/v1/conversations/{asked.conversation_id}/messages", headers=headers)
    return [
        (line["from"], line["text"], ((line["reply"] or {}).get("staff") or {}).get("name"))
        for line in answer.json()["messages"]
    ]


def test_a_clinician_claims_replies_and_finishes(site: Site, dana: Person, asked: Asked) -> None:
    assert "Claim it" in read(dana.get(page_of(asked)))
    assert dana.step(asked, "claim", 1).headers["location"] == f"{page_of(asked)}#actions"
    assert "You have this conversation" in read(dana.get(page_of(asked)))
    assert dana.reply(asked, "Please come in\r\non Monday.").status_code == 303
    assert dana.step(asked, "resolve", 2, outcome="answered").status_code == 303

    assert ("staff", "Please come in\non Monday.", "Dana Reyes") in patient_sees(site, asked)
    text = read(dana.get(page_of(asked)))
    assert "Done: Answered here in the chat" in text
    assert "Send to the patient" not in text


def test_a_handoff_that_is_done_can_be_opened_again(dana: Person, asked: Asked) -> None:
    dana.step(asked, "claim", 1)
    dana.step(asked, "resolve", 2, outcome="called")

    assert "Open it again" in read(dana.get(page_of(asked)))
    assert dana.step(asked, "reopen", 3).status_code == 303
    assert "Waiting for a person" in read(dana.get(page_of(asked)))


def test_to_finish_an_outcome_must_be_chosen(dana: Person, asked: Asked) -> None:
    dana.step(asked, "claim", 1)

    answer = dana.step(asked, "resolve", 2)

    assert answer.status_code == 422
    assert "Choose how it ended" in read(answer)


def test_the_same_form_sent_twice_writes_once(site: Site, dana: Person, asked: Asked) -> None:
    dana.step(asked, "claim", 1)
    key = str(uuid4())

    assert [dana.reply(asked, "Once only.", key).status_code for _ in range(2)] == [303, 303]

    assert [line[1] for line in patient_sees(site, asked)].count("Once only.") == 1


def test_a_form_without_its_key_is_refused(site: Site, dana: Person, asked: Asked) -> None:
    dana.step(asked, "claim", 1)

    answer = dana.post(f"{page_of(asked)}/reply", {"text": "Hello", "client_message_id": ""})

    assert answer.status_code == 422
    assert "Hello" not in [line[1] for line in patient_sees(site, asked)]


def test_a_card_is_sent_word_for_word(site: Site, dana: Person, asked: Asked) -> None:
    dana.step(asked, "claim", 1)
    card_id, _ = site.services.handoffs.cards()[0]

    form = {"card_id": card_id, "client_message_id": str(uuid4())}
    assert dana.post(f"{page_of(asked)}/card", form).status_code == 303

    expected = site.services.assistant.replies.answer(card_id).text
    assert ("staff", expected, "Dana Reyes") in patient_sees(site, asked)


def test_a_note_is_for_colleagues_and_the_patient_never_gets_it(
    site: Site, dana: Person, sam: Person, asked: Asked
) -> None:
    assert dana.post(f"{page_of(asked)}/note", {"text": "Known to Dr. Okoye."}).status_code == 303

    assert "Note by Dana Reyes" in read(sam.get(page_of(asked)))
    assert "Known to Dr. Okoye." in read(sam.get(page_of(asked)))
    assert "Known to Dr. Okoye." not in str(patient_sees(site, asked))


def test_who_is_too_late_is_told_so_sees_who_has_it_and_loses_no_word(
    site: Site, dana: Person, sam: Person, asked: Asked
) -> None:
    dana.step(asked, "claim", 1)

    late = sam.step(asked, "claim", 1)
    unsent = sam.reply(asked, "My long reply")

    for answer in (late, unsent):
        assert answer.status_code == 409
        assert "Now: Dana Reyes has this conversation" in read(answer)
    assert ">My long reply</textarea>" in unsent.text
    assert "My long reply" not in [line[1] for line in patient_sees(site, asked)]


def test_htmx_gets_the_sentence_and_how_things_stand_and_leaves_the_box_alone(
    dana: Person, sam: Person, asked: Asked
) -> None:
    dana.step(asked, "claim", 1)

    answer = sam.reply(asked, "My long reply", **HTMX)

    assert answer.status_code == 409
    assert "<html" not in answer.text
    assert "<textarea" not in answer.text
    assert "Now: Dana Reyes has this conversation" in read(answer)
    assert re.search(r'id="steps"[^>]*hx-swap-oob', answer.text)


def test_htmx_gets_the_part_that_changed_and_the_transcript_is_told(dana: Person, asked: Asked) -> None:
    claimed = dana.step(asked, "claim", 1, headers=HTMX)
    sent = dana.reply(asked, "Hello", **HTMX)

    assert claimed.headers["hx-trigger"] == sent.headers["hx-trigger"] == "changed"
    assert "You have this conversation" in read(claimed)
    assert 'id="reply-text"' in claimed.text
    assert "Sent." in read(sent)
    assert re.search(r'id="reply-text"[^>]*></textarea>', sent.text)


def test_an_old_page_cannot_take_a_step(dana: Person, asked: Asked) -> None:
    dana.step(asked, "claim", 1)
    dana.step(asked, "release", 2)

    assert dana.step(asked, "claim", 1).status_code == 409
    assert "Waiting for a person" in read(dana.get(page_of(asked)))


def test_an_empty_or_overlong_reply_is_refused_and_kept(site: Site, dana: Person, asked: Asked) -> None:
    dana.step(asked, "claim", 1)
    long = "a" * (site.settings.text_max_chars + 1)

    assert dana.reply(asked, "  ").status_code == 422
    refused = dana.reply(asked, long)

    assert refused.status_code == 422
    assert long in refused.text


def test_a_program_gets_the_problem_as_a_document(dana: Person, sam: Person, asked: Asked) -> None:
    dana.step(asked, "claim", 1)

    assert_problem(sam.step(asked, "claim", 1, headers={"Accept": "application/json"}), 409, "conflict")


@pytest.mark.parametrize("step", ["claim", "release", "resolve", "reopen"])
def test_a_reviewer_takes_no_step(site: Site, asked: Asked, step: str) -> None:
    reviewer = sign_in(site, Role.REVIEWER)

    answer = reviewer.step(asked, step, 1, outcome="answered")

    assert answer.status_code == 403
    assert site.sql(f"SELECT state FROM handoffs WHERE id = '{asked.handoff_id}'") == [("open",)]


def test_a_reviewer_writes_nothing_to_a_patient(site: Site, asked: Asked) -> None:
    reviewer = sign_in(site, Role.REVIEWER)

    assert reviewer.reply(asked, "Hello").status_code == 403
    form = {"card_id": "after-wash", "client_message_id": str(uuid4())}
    assert reviewer.post(f"{page_of(asked)}/card", form).status_code == 403


@pytest.mark.parametrize("csrf_token", ["", "nonsense"])
def test_a_change_needs_the_token_of_the_session(site: Site, dana: Person, asked: Asked, csrf_token: str) -> None:
    answer = dana.step(asked, "claim", 1, csrf_token=csrf_token)

    assert answer.status_code == 403
    assert site.sql(f"SELECT state FROM handoffs WHERE id = '{asked.handoff_id}'") == [("open",)]


def test_what_is_sent_after_the_session_has_ended_stays_on_the_page(site: Site, dana: Person, asked: Asked) -> None:
    dana.step(asked, "claim", 1)
    site.services.accounts.sign_out(dana.token)

    answer = dana.reply(asked, "My long reply", **HTMX)

    assert answer.status_code == 401
    assert "hx-redirect" not in answer.headers
    assert "Sign in in another tab" in read(answer)


def test_a_step_that_is_none_of_ours_does_not_exist(dana: Person, asked: Asked) -> None:
    assert dana.step(asked, "expire", 1).status_code in (404, 422)
