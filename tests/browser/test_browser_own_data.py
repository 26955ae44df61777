"""What the page tells and asks of a patient's own data: consent, a phone number or an e-mail, the download."""

import json
from pathlib import Path
from typing import Any

import pytest
from browser_helpers import EMERGENCY, WASH, Patient
from playwright.sync_api import Locator, Page, Request, expect

pytestmark = pytest.mark.browser

PERSON = "Talk to a person"


@pytest.fixture
def waiting(patient: Patient) -> Patient:
    """A patient who has asked for a person."""
    patient.press(PERSON)
    return patient


@pytest.fixture
def small(phone: Patient) -> Patient:
    """The widget's page on a small phone."""
    return phone.open("?embed=1&host=http://localhost")


def told(patient: Patient, text: str) -> Locator:
    """What the conversation itself says, and not the live region that reads it out."""
    return patient.view.get_by_role("region", name="Conversation").get_by_text(text)


def held(patient: Patient) -> dict[str, Any]:
    """The file that the button saves."""
    with patient.page.expect_download() as download:
        patient.button("Download this chat").click()
    path = download.value.path()
    assert download.value.suggested_filename.endswith(".json")
    found: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return found


# Before the first message


def test_what_happens_with_messages_can_be_read_before_anything_is_sent(page: Page, live_service: str) -> None:
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    patient = Patient(page, live_service).open()
    text = patient.clinic()["privacy"]["text"]

    intro = patient.view.locator("article.intro")
    expect(intro.get_by_text(text[0])).to_be_in_viewport()
    expect(intro.get_by_text("By sending a message, you agree to this.")).to_be_in_viewport()
    expect(intro.get_by_text(text[-1])).to_be_hidden()
    intro.get_by_text("How your messages are used").click()

    for paragraph in text:
        expect(intro.get_by_text(paragraph)).to_be_visible()
    expect(intro.get_by_role("checkbox")).to_have_count(0)
    assert [request.url for request in asked if request.method != "GET"] == []
    assert patient.axe() == []


def test_the_consent_is_above_the_first_questions_also_in_a_small_widget(small: Patient) -> None:
    consent = small.view.get_by_text("By sending a message, you agree to this.")
    summary = small.view.get_by_text("How your messages are used")
    starter = small.view.locator("article.intro .choice").first

    for part in (consent, summary, starter):
        part.scroll_into_view_if_needed()
        expect(part).to_be_in_viewport()
    places = [part.bounding_box()["y"] for part in (consent, summary, starter)]
    assert places == sorted(places)
    summary.tap()
    assert small.overflow() == []
    assert small.axe() == []


@pytest.mark.parametrize(("query", "channel"), [("", "web"), ("?embed=1&host=http://localhost", "widget")])
def test_the_wording_that_was_shown_is_on_record_with_the_channel(patient: Patient, query: str, channel: str) -> None:
    patient.open(query)
    with patient.page.expect_request("**/v1/conversations") as begun:
        patient.press(PERSON)

    version = patient.clinic()["privacy"]["version"]
    assert begun.value.post_data_json == {"consent_version": version, "channel": channel}
    found = held(patient)
    assert found["channel"] == channel
    assert found["consent_version"] == version


# A phone number or an e-mail


def test_a_contact_can_be_left_changed_and_removed(waiting: Patient) -> None:
    expect(told(waiting, waiting.clinic()["contact_ask"])).to_be_visible()
    field = waiting.view.get_by_label("Phone or e-mail")
    field.fill("  pat@example.org ")
    field.press("Enter")

    expect(told(waiting, "Saved: pat@example.org.")).to_be_focused()
    assert held(waiting)["contact"] == "pat@example.org"
    assert waiting.axe() == []

    waiting.button("Change").click()
    expect(field).to_be_focused()
    expect(field).to_have_value("pat@example.org")
    field.fill("+1 555 0123")
    waiting.button("Leave it").click()
    expect(told(waiting, "Saved: +1 555 0123.")).to_be_visible()
    assert held(waiting)["contact"] == "+1 555 0123"

    waiting.button("Remove").click()
    expect(told(waiting, "Removed. The clinic no longer has it.")).to_be_visible()
    assert held(waiting)["contact"] is None
    expect(field).to_have_value("")


def test_what_is_no_contact_is_refused_in_words(waiting: Patient) -> None:
    waiting.button("Leave it").click()
    field = waiting.view.get_by_label("Phone or e-mail")
    expect(told(waiting, "Write a phone number or an e-mail address first.")).to_be_visible()
    expect(field).to_be_focused()

    field.fill("call <b>me</b>")
    waiting.button("Leave it").click()

    expect(told(waiting, "That is no phone number or e-mail address")).to_be_visible()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("call <b>me</b>")
    expect(waiting.page.locator("[aria-live=assertive]")).to_contain_text("That is no phone number")
    assert waiting.axe() == []
    assert held(waiting)["contact"] is None


def test_a_contact_that_cannot_be_saved_is_kept_in_the_field(waiting: Patient) -> None:
    waiting.page.route("**/contact", lambda route: route.abort())
    field = waiting.view.get_by_label("Phone or e-mail")
    field.fill("pat@example.org")
    waiting.button("Leave it").click()

    expect(told(waiting, "We could not save this.")).to_be_visible()
    expect(field).to_have_value("pat@example.org")
    expect(waiting.button("Leave it")).to_be_visible()


def test_a_contact_is_asked_once_and_nobody_has_to_answer(waiting: Patient) -> None:
    waiting.say(WASH)
    waiting.press(PERSON)

    expect(waiting.view.locator("article.kind-handoff")).not_to_have_count(1)
    expect(waiting.view.locator("form")).to_have_count(1)


def test_after_a_reload_the_page_knows_that_a_contact_was_left_but_not_which(waiting: Patient) -> None:
    waiting.view.get_by_label("Phone or e-mail").fill("pat@example.org")
    waiting.button("Leave it").click()
    expect(told(waiting, "Saved: pat@example.org.")).to_be_visible()

    waiting.page.reload()

    waiting.wait_until_ready()
    expect(told(waiting, "Saved. The clinic can reach you there.")).to_be_visible()
    expect(waiting.button("Remove")).to_be_visible()
    assert "pat@" not in waiting.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")


def test_in_an_emergency_no_contact_is_asked_for(patient: Patient) -> None:
    patient.say(EMERGENCY)

    expect(patient.view.locator("form")).to_have_count(0)


# What is held


def test_what_is_held_can_be_downloaded_once_there_is_something(patient: Patient) -> None:
    expect(patient.button("Download this chat")).to_be_hidden()
    patient.say(WASH)

    found = held(patient)

    assert found["messages"][0]["text"] == WASH
    assert len(found["messages"]) == len(patient.transcript())
    expect(patient.page.locator("#status")).to_have_text("Your chat was downloaded as a file.")
    patient.button("Erase this chat").click()
    patient.button("Erase it").click()
    expect(patient.button("Download this chat")).to_be_hidden()


def test_a_download_that_fails_is_told_in_words(patient: Patient) -> None:
    patient.say(WASH)
    patient.page.route("**/export", lambda route: route.abort())

    patient.button("Download this chat").click()

    expect(patient.page.locator("#status")).to_contain_text("We could not download your chat.")
