"""Keyboard, screen readers, small screens, large text, still pictures."""

import pytest
from browser_helpers import EMERGENCY, SCREENING, WASH, Patient
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

FOCUSED = """() => {
    let element = document.activeElement;
    if (element === document.body) return null;
    while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const box = element.id === "text-input" ? element.parentElement : element;
    const style = getComputedStyle(box);
    return {
        name: element.getAttribute("aria-label") || element.textContent.trim(),
        isMarked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    };
}"""


def test_everything_works_with_the_keyboard_alone(patient: Patient) -> None:
    keyboard, page = patient.page.keyboard, patient.page
    seen: list[str] = []
    for _ in range(30):
        keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if not focused or focused["name"] in seen:
            break
        assert focused["isMarked"], focused
        seen.append(focused["name"])
    clinic = patient.clinic()
    starter = clinic["starters"][0]["title"]
    for name in ("Conversation", starter, "Type your question", "Send", "Talk to a person", "Erase this chat"):
        assert name in seen

    patient.button(starter).focus()
    keyboard.press("Enter")
    expect(patient.replies).to_have_count(1, timeout=20_000)
    assert page.evaluate(FOCUSED)["name"] == "Type your question"

    keyboard.type(WASH)
    keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["name"] == "Send"
    keyboard.press("Space")
    expect(patient.replies).to_have_count(2, timeout=20_000)
    assert page.evaluate(FOCUSED)["name"] == "Type your question"

    patient.button("Erase this chat").focus()
    keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(patient.own_messages).to_have_count(2)


def test_the_live_region_reads_out_the_answer_and_an_emergency_at_once(patient: Patient) -> None:
    patient.say(WASH)
    log = patient.page.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(log).to_contain_text("The assistant said:")
    expect(log).to_contain_text("48 hours")

    patient.say(EMERGENCY)
    expect(patient.page.locator("[aria-live=assertive]")).to_contain_text("emergency")


def test_what_was_said_before_is_not_read_out_again(patient: Patient) -> None:
    patient.say(WASH)

    patient.page.reload()

    patient.wait_until_ready()
    expect(patient.replies).to_have_count(1)
    expect(patient.page.get_by_role("log")).to_be_empty()


def test_no_serious_fault_that_axe_knows(patient: Patient) -> None:
    assert patient.axe() == []
    patient.say(WASH)
    patient.say(SCREENING)
    patient.say(EMERGENCY)
    patient.write("a" * 2001)
    assert patient.axe() == []
    patient.button("Erase this chat").click()
    assert patient.axe() == []


def test_no_serious_fault_that_axe_knows_on_a_phone_or_in_the_widget(phone: Patient) -> None:
    phone.say(WASH)
    assert phone.axe() == []
    phone.open("?embed=1&host=http://localhost")
    assert phone.axe() == []


def test_a_phone_never_scrolls_sideways(phone: Patient) -> None:
    assert phone.overflow() == []
    for text in (WASH, "a" * 300, SCREENING, EMERGENCY):
        phone.say(text)
        assert phone.overflow() == []


def test_text_twice_as_large_still_fits(patient: Patient) -> None:
    patient.page.add_style_tag(content="html { font-size: 200% }")
    patient.say(WASH)

    assert patient.overflow() == []
    patient.box.scroll_into_view_if_needed()
    expect(patient.box).to_be_in_viewport()


def test_nothing_moves_for_those_who_asked_for_that(chromium: Browser, live_service: str) -> None:
    page: Page = chromium.new_page(reduced_motion="reduce")
    page.route("**/v1/conversations", lambda route: None)
    patient = Patient(page, live_service).open()
    patient.write(WASH)
    page.keyboard.press("Enter")

    dots = page.locator(".loading-message-dots")
    expect(dots).to_be_visible()
    expect(dots).to_have_css("animation-name", "none")
    page.close()
