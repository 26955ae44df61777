"""The page with the real service behind it: questions, answers, screening, handoff, erasure."""

import pytest
from browser_helpers import ANSWER_MS, EMERGENCY, SCREENING, WASH, Patient
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_typed_question_gets_the_card_with_its_sources(patient: Patient) -> None:
    answer = patient.say(WASH)

    expect(patient.own_messages.last).to_contain_text(WASH)
    expect(answer).to_contain_text("48 hours")
    expect(answer.locator(".sources li")).not_to_have_count(0)
    expect(answer.locator(".version")).to_contain_text("after-wash")


def test_what_is_being_typed_survives_a_late_rendering_of_the_component(patient: Patient) -> None:
    patient.write("When can I wash my hair")

    # What a busy machine does by itself: the component's second timer fires while the patient types.
    patient.page.evaluate(
        "async () => { const chat = document.querySelector('deep-chat'); chat.textInput = chat.textInput;"
        " await new Promise((done) => setTimeout(done, 100)); }"
    )

    expect(patient.box).to_have_text("When can I wash my hair")


def test_a_starter_question_gets_its_card(patient: Patient) -> None:
    starter = patient.clinic()["starters"][0]

    answer = patient.press(starter["title"])

    expect(patient.own_messages.last).to_contain_text(starter["title"])
    expect(answer.locator(".version")).to_contain_text(starter["card"])


def test_a_suggestion_below_an_answer_gets_its_card(patient: Patient) -> None:
    suggestion = patient.say(WASH).locator(".choices button").first
    title = suggestion.inner_text()

    answer = patient.press(title)

    expect(patient.own_messages.last).to_contain_text(title)
    expect(answer.locator(".version")).to_be_visible()


def test_the_clinic_and_the_draft_notice_are_in_sight(patient: Patient) -> None:
    clinic = patient.clinic()

    expect(patient.page.get_by_role("heading", level=1)).to_have_text(clinic["name"])
    expect(patient.page.get_by_role("banner")).to_contain_text(clinic["hours"])
    if clinic["draft_notice"]:
        expect(patient.page.get_by_text(clinic["draft_notice"])).to_be_in_viewport()


def test_markup_in_a_message_is_shown_as_text(patient: Patient) -> None:
    text = '<img src=x onerror="document.title=1"><script>document.title=2</script> **b** [c](javascript:alert(1))'
    title = patient.page.title()

    patient.say(text)

    bubble = patient.own_messages.last
    expect(bubble).to_contain_text(text)
    expect(bubble.locator("img, script, a, strong")).to_have_count(0)
    assert patient.page.title() == title


def test_a_message_keeps_its_lines(patient: Patient) -> None:
    patient.write("I have two questions.")
    patient.page.keyboard.press("Shift+Enter")
    patient.page.keyboard.type("When can I wash my hair?")
    patient.send_button.click()
    expect(patient.replies.first).to_be_visible(timeout=ANSWER_MS)

    assert patient.transcript()[0]["text"] == "I have two questions.\nWhen can I wash my hair?"


def test_a_message_that_is_too_long_is_neither_cut_nor_sent(patient: Patient) -> None:
    limit = patient.clinic()["text_max_chars"]

    patient.write("a" * (limit + 3))
    patient.page.keyboard.press("Enter")

    expect(patient.page.get_by_text("3 characters too long")).to_be_visible()
    expect(patient.own_messages).to_have_count(0)
    for _ in range(3):
        patient.page.keyboard.press("Backspace")
    patient.page.keyboard.press("Enter")
    expect(patient.own_messages).to_have_count(1)


def test_a_reload_keeps_the_transcript(patient: Patient) -> None:
    patient.say(WASH)

    patient.page.reload()

    patient.wait_until_ready()
    expect(patient.own_messages).to_have_count(1)
    expect(patient.replies).to_have_count(1)
    expect(patient.replies.first.locator(".sources li")).not_to_have_count(0)
    patient.say("How much does hair mesotherapy cost?", replies=2)
    expect(patient.own_messages).to_have_count(2)


def test_the_browser_stores_no_word_of_the_transcript(patient: Patient) -> None:
    patient.say(WASH)

    stored = patient.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])")

    assert "wash" not in stored
    assert set(patient.session()) == {"id", "token"}


def test_an_emergency_shows_the_number_to_call(patient: Patient) -> None:
    box = patient.say(EMERGENCY)

    number = patient.clinic()["emergency_number"]
    expect(box).to_contain_class("kind-emergency")
    call = box.get_by_role("link", name=f"Call {number} now")
    expect(call).to_be_in_viewport()
    expect(call).to_have_attribute("href", f"tel:{number}")
    expect(box).to_have_css("background-color", "rgb(176, 16, 27)")


def test_the_number_to_call_is_in_sight_on_a_small_phone(phone: Patient) -> None:
    box = phone.say(EMERGENCY)

    expect(box.locator(".call-now")).to_be_in_viewport(ratio=1)


def test_the_screening_goes_from_start_to_result_with_buttons(patient: Patient) -> None:
    patient.say(SCREENING)
    expect(patient.button("Not sure")).to_be_visible(timeout=ANSWER_MS)
    expect(patient.replies.last).to_contain_text("Health question 1 of")

    for _ in range(12):
        if patient.view.get_by_text("Health questions finished").is_visible():
            break
        # The buttons of an answered question are gone: they would answer the next one.
        expect(patient.button("No")).to_have_count(1)
        patient.press("No")

    expect(patient.view.get_by_text("Health questions finished")).to_be_visible()
    expect(patient.button("No")).to_have_count(0)


def test_talk_to_a_person_hands_the_chat_over(patient: Patient) -> None:
    reply = patient.press("Talk to a person")

    expect(reply).to_contain_class("kind-handoff")
    expect(reply).to_contain_text("Passed to a person")


def test_erasing_asks_first_and_erases_at_the_clinic_too(patient: Patient) -> None:
    patient.say(WASH)
    held = patient.session()
    patient.button("Erase this chat").click()
    patient.button("Keep it").click()
    expect(patient.own_messages).to_have_count(1)

    patient.button("Erase this chat").click()
    patient.button("Erase it").click()

    expect(patient.own_messages).to_have_count(0)
    expect(patient.page.locator("#status")).to_have_text("Your chat was erased.")
    assert patient.page.evaluate("sessionStorage.length") == 0
    answer = patient.page.request.get(
        f"{patient.service}/v1/conversations/{held['id']}/messages",
        headers={"Authorization": f"Bearer {held['token']}"},
    )
    assert answer.status in (401, 404)
    patient.say(WASH)
    assert patient.session()["id"] != held["id"]
