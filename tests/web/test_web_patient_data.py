"""What a patient is told before the first message, may leave, and may take along."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
from web_console_helpers import Asked, ask, sign_in
from web_helpers import PLANTED, Site, assert_problem

from fixtures_live import Chat
from mesofaq.accounts.models import Role


def opened(site: Site, **body: Any) -> Chat:
    answer = site.ask("POST", "/v1/conversations", json=body)
    assert answer.status_code == 201, answer.text
    return Chat(site.url, answer.json())


def export(chat: Chat) -> dict[str, Any]:
    answer = chat.ask("GET", "/export")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def of(site: Site, asked: Asked) -> Chat:
    return Chat(site.url, {"conversation_id": asked.conversation_id, "token": asked.token})


def audited(site: Site, conversation: str) -> list[tuple[Any, ...]]:
    return site.sql(f"SELECT actor, action FROM audit WHERE subject_id = '{conversation}' ORDER BY sequence")


def test_the_text_on_consent_comes_with_its_version(site: Site) -> None:
    clinic = site.ask("GET", "/v1/clinic").json()
    assert len(clinic["privacy"]["version"]) == 12
    assert any("90 days" in paragraph for paragraph in clinic["privacy"]["text"])
    assert "{{" not in str(clinic)
    assert "phone number or an e-mail" in clinic["contact_ask"]


def test_what_was_agreed_to_is_kept(site: Site) -> None:
    version = site.ask("GET", "/v1/clinic").json()["privacy"]["version"]
    found = export(opened(site, consent_version=version, channel="kiosk"))
    assert (found["consent_version"], found["channel"]) == (version, "kiosk")
    assert found["consent_at"] == found["opened_at"]


@pytest.mark.parametrize("request_body", [{}, {"json": {}}, {"json": {"more": 1}}, {"content": b""}])
def test_a_program_need_not_say_anything(site: Site, request_body: dict[str, Any]) -> None:
    answer = site.ask("POST", "/v1/conversations", **request_body)
    assert answer.status_code == 201
    found = export(Chat(site.url, answer.json()))
    assert (found["consent_version"], found["consent_at"], found["channel"]) == (None, None, "web")


@pytest.mark.parametrize(
    "body",
    [
        {"consent_version": f"I am {PLANTED}"},
        {"channel": f"{PLANTED} !"},
        {"channel": 1},
        {"consent_version": "x" * 65},
    ],
)
def test_neither_is_a_place_for_words(site: Site, body: dict[str, Any]) -> None:
    assert_problem(site.ask("POST", "/v1/conversations", json=body), 422, "invalid-request")


def test_a_contact_is_kept_and_taken_back(chat: Chat) -> None:
    assert chat.ask("PUT", "/contact", json={"contact": " +1 555 0100 "}).status_code == 204
    assert export(chat)["contact"] == "+1 555 0100"
    assert chat.ask("PUT", "/contact", json={"contact": None}).status_code == 204
    assert export(chat)["contact"] is None


@pytest.mark.parametrize("contact", ["", f"call {PLANTED.rstrip('42')}", f"{PLANTED}@" + "x" * 200, 5, ["a@b"]])
def test_what_is_no_contact_is_refused_and_not_repeated(chat: Chat, contact: Any) -> None:
    assert_problem(chat.ask("PUT", "/contact", json={"contact": contact}), 422, "invalid-request")
    assert export(chat)["contact"] is None


def test_a_contact_must_be_said_to_be_left(chat: Chat) -> None:
    assert_problem(chat.ask("PUT", "/contact", json={}), 422, "invalid-request")


def test_a_contact_is_audited_without_its_text(site: Site, chat: Chat) -> None:
    chat.ask("PUT", "/contact", json={"contact": f"{PLANTED}@clinic.example"})
    assert audited(site, chat.id) == [("patient", "contact.left")]
    assert PLANTED not in str(site.sql("SELECT * FROM audit"))


def test_staff_see_the_contact(site: Site) -> None:
    asked, person = ask(site), sign_in(site)
    of(site, asked).ask("PUT", "/contact", json={"contact": f"{PLANTED}@clinic.example"})
    assert f"{PLANTED}@clinic.example" in person.get(f"/staff/conversations/{asked.conversation_id}").text


def test_everything_that_is_held_is_a_file_to_save(chat: Chat) -> None:
    chat.say(f"can I get a refund for {PLANTED}")
    answer = chat.ask("GET", "/export")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == f'attachment; filename="conversation-{chat.id[:8]}.json"'
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json()
    assert [message["author"] for message in found["messages"]] == ["patient", "bot"]
    assert found["messages"][0]["text"] == f"can I get a refund for {PLANTED}"
    assert found["kept_until"] > found["made_at"]


def test_a_person_s_reply_is_held_with_the_name_and_her_notes_are_not(site: Site) -> None:
    asked, person = ask(site), sign_in(site, name="Dana Reyes")
    assert person.step(asked, "claim", 1).status_code == 303
    person.reply(asked, "You can come on Monday.")
    person.post(f"/staff/conversations/{asked.conversation_id}/note", {"text": f"Sounds {PLANTED}"})
    found = export(of(site, asked))
    assert ("You can come on Monday.", "Dana Reyes, nurse") in [
        (message["text"], message["by"]) for message in found["messages"] if message["author"] == "staff"
    ]
    assert found["counts_of_staff"]["notes"] == 1
    assert PLANTED not in json.dumps(found)


def test_a_patient_s_export_is_audited(site: Site, chat: Chat) -> None:
    export(chat)
    assert audited(site, chat.id) == [("patient", "conversation.exported")]


@pytest.mark.parametrize(("method", "path"), [("GET", "/export"), ("PUT", "/contact")])
def test_another_s_data_is_out_of_reach(site: Site, chat: Chat, method: str, path: str) -> None:
    other = site.chat()
    body = {"json": {"contact": "me@clinic.example"}} if method == "PUT" else {}

    def reach(conversation: str, headers: dict[str, str]) -> httpx.Response:
        return site.ask(method, f"/v1/conversations/{conversation}{path}", headers=headers, **body)

    assert_problem(reach(chat.id, other.headers), 401, "unauthorized")
    assert_problem(reach(chat.id, {}), 401, "unauthorized")
    assert_problem(reach(str(uuid4()), chat.headers), 404, "not-found")


# At the console.


def test_staff_take_everything_with_their_notes(site: Site) -> None:
    asked, person = ask(site), sign_in(site, Role.CLINICIAN)
    person.post(f"/staff/conversations/{asked.conversation_id}/note", {"text": f"Sounds {PLANTED}"})
    answer = person.get(f"/staff/conversations/{asked.conversation_id}/export")
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert answer.json()["of_staff"]["notes"][0]["text"] == f"Sounds {PLANTED}"
    assert (f"staff:{person.staff.id}", "conversation.exported") in audited(site, asked.conversation_id)


def test_a_reviewer_takes_nothing_out(site: Site) -> None:
    asked, person = ask(site), sign_in(site, Role.REVIEWER)
    answer = person.get(f"/staff/conversations/{asked.conversation_id}/export", Accept="application/json")
    assert_problem(answer, 403, "forbidden")
    assert (f"staff:{person.staff.id}", "conversation.exported") not in audited(site, asked.conversation_id)


def test_nobody_takes_what_is_not_there(site: Site) -> None:
    answer = sign_in(site).get(f"/staff/conversations/{uuid4()}/export", Accept="application/json")
    assert_problem(answer, 404, "not-found")
