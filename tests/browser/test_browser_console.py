"""The console in a real browser: what refreshes itself, what is typed, keyboard, screen reader, small screens."""

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from browser_helpers import EMERGENCY, Patient
from playwright.sync_api import Browser, Locator, Page, Route, expect

from fixtures_live import Chat, Instance
from mesofaq.accounts.models import Role
from mesofaq.accounts.service import Accounts
from mesofaq.store.audit import CLI
from mesofaq.store.store import Store, utc_now

pytestmark = pytest.mark.browser

PASSWORD = "seven tall zebras dance at dawn"
PERSON = "Can I talk to a person?"
REFRESH_MS = 15_000
"""The queue asks again every ten seconds."""

FOCUSED = "document.activeElement.id || document.activeElement.textContent.trim()"
OUTLINED = """() => {
    const style = getComputedStyle(document.activeElement);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll("header *, main *")]
        .filter((box) => box.getBoundingClientRect().right > innerWidth + 1)
        .map((box) => `${box.tagName}.${box.className}`)"""


class Nurse:
    """Somebody of the staff in front of the console."""

    def __init__(self, page: Page, service: str) -> None:
        self.page = page
        self.service = service
        self.reply_box = page.get_by_label("Your reply, which the patient sees")
        self.note_box = page.get_by_label("Note for colleagues, which the patient does not see")
        self.lines = page.locator("ol.transcript > li")
        self.notice = page.locator("#notice")

    def sign_in(self, username: str) -> "Nurse":
        self.page.goto(f"{self.service}/staff")
        self.page.get_by_label("Name").fill(username)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", name="Queue")).to_be_visible()
        return self

    def open(self, chat: Chat) -> "Nurse":
        self.page.goto(f"{self.service}/staff/conversations/{chat.id}")
        expect(self.page.get_by_role("heading", name="The whole conversation")).to_be_visible()
        return self

    def claim(self) -> "Nurse":
        self.button("Claim it").click()
        expect(self.reply_box).to_be_focused()
        return self

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def axe(self) -> list[str]:
        return Patient(self.page, self.service).axe()


@pytest.fixture(scope="module")
def usernames(live: Instance) -> Iterator[list[str]]:
    """Two clinicians."""
    store = Store(live.settings.store_url)
    hours = timedelta(hours=1)
    accounts = Accounts(store.database, utc_now, idle=hours, absolute=hours, second_factor_required=False)
    names = []
    for name, title in (("Dana Reyes", "nurse"), ("Sam Okoye", "doctor")):
        names.append(f"u{uuid4().hex[:10]}")
        accounts.add(names[-1], name, title, Role.CLINICIAN, PASSWORD, by=CLI)
    yield names
    store.close()


@pytest.fixture
def chat(live: Instance) -> Chat:
    """A patient who waits for a person."""
    waiting = live.chat()
    assert waiting.say(PERSON)[-1]["handoff"]
    return waiting


@pytest.fixture
def dana(page: Page, live: Instance, usernames: list[str]) -> Nurse:
    return Nurse(page, live.url).sign_in(usernames[0])


@pytest.fixture
def sam(chromium: Browser, live: Instance, usernames: list[str]) -> Iterator[Nurse]:
    context = chromium.new_context()
    yield Nurse(context.new_page(), live.url).sign_in(usernames[1])
    context.close()


@pytest.fixture
def phone(chromium: Browser, live: Instance, usernames: list[str]) -> Iterator[Nurse]:
    """A small phone."""
    context = chromium.new_context(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    yield Nurse(context.new_page(), live.url).sign_in(usernames[0])
    context.close()


def said_by_staff(chat: Chat) -> list[str]:
    return [line["text"] for line in chat.transcript() if line["from"] == "staff"]


def test_the_queue_refreshes_itself_announces_an_emergency_and_keeps_the_focus(
    dana: Nurse, live: Instance, chat: Chat
) -> None:
    page = dana.page
    page.reload()
    link = page.locator(f'a[href="/staff/conversations/{chat.id}"]')
    link.focus()
    focused = page.evaluate(FOCUSED)
    alarm = live.chat()
    alarm.say(EMERGENCY)

    expect(page.locator("#announce")).to_contain_text("emergency", timeout=REFRESH_MS)

    expect(page.locator("ol.queue > li").first).to_contain_text("Emergency")
    expect(page.locator(f'a[href="/staff/conversations/{alarm.id}"]')).to_be_visible()
    assert page.evaluate(FOCUSED) == focused
    assert re.match(r"EMERGENCY – \(\d+\) Queue", page.title())


def test_a_nurse_answers_with_the_keyboard_alone_and_hears_the_patient_without_a_reload(
    dana: Nurse, chat: Chat
) -> None:
    page, keyboard = dana.open(chat).page, dana.page.keyboard
    keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Skip to the content"
    keyboard.press("Enter")
    for _ in range(40):
        keyboard.press("Tab")
        assert page.evaluate(OUTLINED), page.evaluate(FOCUSED)
        if page.evaluate(FOCUSED) == "Claim it":
            break
    keyboard.press("Enter")
    expect(dana.reply_box).to_be_focused()

    keyboard.type("Please come in on Monday.")
    keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Send to the patient"
    keyboard.press("Enter")

    expect(dana.lines.last).to_contain_text("Please come in on Monday.")
    expect(dana.lines.last).to_contain_text("Dana Reyes, nurse")
    expect(dana.reply_box).to_be_focused()
    expect(dana.reply_box).to_have_value("")
    assert said_by_staff(chat) == ["Please come in on Monday."]
    keyboard.type("And bring")
    assert chat.post("At what time?").json()["messages"] == []
    expect(dana.lines.last).to_contain_text("At what time?")
    expect(page.locator("#heard")).to_contain_text("The patient wrote: At what time?")
    expect(dana.reply_box).to_have_value("And bring")


def test_no_message_is_shown_twice_and_what_is_open_stays_open(dana: Nurse, chat: Chat) -> None:
    dana.open(chat)
    dana.page.get_by_text("Why this answer").first.click()
    chat.say("When can I wash my hair after a session?")
    for number in range(5):
        chat.post(f"One more thing, number {number}")

    expect(dana.lines.filter(has_text="number 4").first).to_be_visible()
    dana.page.wait_for_timeout(1500)

    places = dana.lines.evaluate_all("lines => lines.map((line) => Number(line.dataset.sequence))")
    assert places == list(range(1, len(places) + 1))
    assert len(places) == len(chat.transcript())
    assert dana.page.locator("details.why").first.evaluate("box => box.open")


def test_an_emergency_in_an_open_conversation_is_an_alarm_at_once(dana: Nurse, chat: Chat) -> None:
    dana.open(chat).claim()

    chat.say(EMERGENCY)

    expect(dana.page.locator("#alarm")).to_contain_text("Emergency: the patient may be in danger")
    expect(dana.lines.filter(has_text="swelling").locator(".priority.emergency").first).to_be_visible()
    expect(dana.page.locator("#alarm")).to_be_in_viewport()


def test_who_is_too_late_keeps_every_word(dana: Nurse, sam: Nurse, chat: Chat) -> None:
    dana.open(chat).claim()
    dana.reply_box.fill("My long reply")
    dana.note_box.fill("My long note")
    chat_path = f"/staff/conversations/{chat.id}"
    # The claim lapses, and somebody else takes it: as another tab of hers would do it.
    other = dana.page.context.new_page()
    Nurse(other, dana.service).open(chat)
    other.get_by_role("button", name="Give it back to the queue").click()
    expect(other.get_by_text("Waiting for a person")).to_be_visible()
    sam.open(chat).claim()

    dana.button("Send to the patient").click()

    expect(dana.notice).to_contain_text("Sam Okoye has this conversation")
    expect(dana.reply_box).to_have_value("My long reply")
    expect(dana.note_box).to_have_value("My long note")
    expect(dana.page.locator("#state")).to_contain_text("Sam Okoye has this conversation")
    assert dana.page.url.endswith(chat_path)
    assert said_by_staff(chat) == []


def test_a_note_and_a_reply_cannot_be_taken_for_each_other(dana: Nurse, chat: Chat) -> None:
    dana.open(chat).claim()
    dana.reply_box.fill("Half a reply")
    dana.note_box.fill("She sounds worried.")
    dana.button("Save the note").click()

    expect(dana.page.locator("#notes")).to_contain_text("Note by Dana Reyes")
    expect(dana.note_box).to_have_value("")
    expect(dana.reply_box).to_have_value("Half a reply")
    assert "worried" not in str(chat.transcript())
    reply, note = dana.page.locator("form.reply"), dana.page.locator("form.note")
    styles = [form.evaluate("form => getComputedStyle(form).borderTopStyle") for form in (reply, note)]
    assert styles == ["solid", "dashed"]


def test_pressed_twice_it_is_sent_once(dana: Nurse, chat: Chat) -> None:
    dana.open(chat).claim()
    dana.reply_box.fill("Once only.")

    dana.button("Send to the patient").dblclick()

    expect(dana.lines.last).to_contain_text("Once only.")
    dana.page.wait_for_timeout(500)
    assert said_by_staff(chat) == ["Once only."]


def test_what_could_not_be_sent_stays_in_its_box_and_is_sent_once_after_all(dana: Nurse, chat: Chat) -> None:
    dana.open(chat).claim()
    dana.reply_box.fill("Do come in.")
    pattern = "**/reply"

    def lose_the_answer(route: Route) -> None:
        route.fetch()  # it arrives, and its answer is lost
        route.abort()

    dana.page.route(pattern, lose_the_answer)
    dana.button("Send to the patient").click()
    expect(dana.notice).to_contain_text("The service did not answer")
    expect(dana.reply_box).to_have_value("Do come in.")
    dana.page.unroute(pattern)

    dana.button("Send to the patient").click()

    expect(dana.reply_box).to_have_value("")
    expect(dana.notice).to_be_empty()
    assert said_by_staff(chat) == ["Do come in."]


def test_a_ready_made_reply_is_put_below_what_is_typed_and_can_be_changed(dana: Nurse, chat: Chat) -> None:
    dana.open(chat).claim()
    dana.reply_box.fill("Hello Kim.")
    dana.page.get_by_label("Ready-made reply").select_option(index=1)

    dana.button("Put it in the box").click()

    expect(dana.reply_box).to_have_value(re.compile(r"^Hello Kim\.\n\nHello, thank you"))
    expect(dana.reply_box).to_be_focused()
    assert said_by_staff(chat) == []


def test_a_card_is_found_by_its_words_read_and_sent(dana: Nurse, chat: Chat) -> None:
    dana.open(chat).claim()
    dana.page.get_by_label("Find a card").fill("wash after")
    cards = dana.page.get_by_role("listbox", name="Card")
    assert cards.locator("option:not([hidden])").all_text_contents() == ["When can I wash my hair after a session?"]
    cards.select_option("after-wash")
    preview = dana.page.locator("#card-text")
    expect(preview).to_contain_text("word for word")

    dana.button("Send this card to the patient").click()

    expect(dana.lines.last).to_contain_text("card after-wash")
    (sent,) = said_by_staff(chat)
    assert sent in preview.inner_text() or "48 hours" in sent


def test_finishing_asks_how_it_ended_and_the_focus_is_never_lost(dana: Nurse, chat: Chat) -> None:
    dana.open(chat).claim()
    dana.page.get_by_text("Finish", exact=True).first.click()
    dana.page.get_by_label("Booked an appointment").check()

    dana.button("Finish").click()

    expect(dana.page.locator("#state")).to_contain_text("Done: Booked an appointment")
    expect(dana.page.locator("#state")).to_be_focused()
    expect(dana.button("Open it again")).to_be_visible()
    assert chat.say("hello")  # the bot answers again


def test_an_answer_is_marked_as_wrong_without_leaving_the_page(dana: Nurse, chat: Chat) -> None:
    dana.open(chat).claim()
    dana.reply_box.fill("Half a reply")
    line = dana.lines.filter(has=dana.page.locator("details.why")).first
    line.get_by_text("Mark as wrong").first.click()
    line.get_by_label("What is wrong with it?").fill("Too old.")

    line.get_by_role("button", name="Mark as wrong").click()

    expect(line.locator(".result")).to_contain_text("Marked as wrong")
    expect(dana.reply_box).to_have_value("Half a reply")


def test_a_tab_that_nobody_looks_at_gives_its_connection_back_and_catches_up(dana: Nurse, chat: Chat) -> None:
    streams: list[str] = []
    dana.page.on("request", lambda request: streams.append(request.url) if "/live" in request.url else None)
    dana.open(chat)
    dana.page.wait_for_timeout(500)
    look = "(hidden) => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
    look += " document.dispatchEvent(new Event('visibilitychange')); }"
    dana.page.evaluate(look, True)
    chat.post("While you were away")
    dana.page.wait_for_timeout(1500)
    assert dana.lines.filter(has_text="While you were away").count() == 0

    dana.page.evaluate(look, False)

    expect(dana.lines.filter(has_text="While you were away").first).to_be_visible()
    assert len(streams) == 2


def test_a_script_in_a_message_runs_nowhere(dana: Nurse, live: Instance) -> None:
    chat = live.chat()
    chat.say(PERSON)
    dana.open(chat)
    chat.post("<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>")

    expect(dana.lines.filter(has_text="onerror").first).to_be_visible()

    assert "owned" not in dana.page.title()
    assert dana.page.locator("main img, main script").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_fault_that_axe_knows(dana: Nurse, live: Instance, chat: Chat, scheme: str) -> None:
    dana.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    chat.say("When can I wash my hair after a session?")
    live.chat().say(EMERGENCY)
    dana.page.reload()
    assert dana.axe() == []
    dana.open(chat).claim()
    for summary in dana.page.locator("summary").all():
        summary.click()
    assert dana.axe() == []
    dana.page.goto(f"{dana.service}/staff/search")
    dana.page.get_by_label("Words in any message").fill("person")
    dana.page.keyboard.press("Enter")
    expect(dana.page.get_by_role("heading", level=2)).to_be_visible()
    assert dana.axe() == []


def test_a_phone_never_scrolls_sideways_and_axe_is_content(phone: Nurse, live: Instance, chat: Chat) -> None:
    chat.post("a" * 400)
    live.chat().say(EMERGENCY)
    phone.page.reload()
    assert phone.page.evaluate(TOO_WIDE) == []
    assert phone.axe() == []
    phone.open(chat).claim()
    for summary in phone.page.locator("summary").all():
        summary.click()
    assert phone.page.evaluate(TOO_WIDE) == []
    assert phone.axe() == []


def test_text_twice_as_large_still_fits(dana: Nurse, chat: Chat) -> None:
    dana.page.set_viewport_size({"width": 1280, "height": 800})
    for address in (f"{dana.service}/staff", f"{dana.service}/staff/conversations/{chat.id}"):
        dana.page.goto(address)
        # A style of the page's own would be refused; a person's browser sets the size of the root.
        dana.page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
        assert dana.page.evaluate(TOO_WIDE) == []


def test_nothing_moves_for_those_who_asked_for_that(dana: Nurse, chat: Chat) -> None:
    dana.page.emulate_media(reduced_motion="reduce")
    dana.open(chat)

    moving = dana.page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((box) => {
            const style = getComputedStyle(box);
            const times = style.transitionDuration.split(",").map(parseFloat);
            return style.animationName !== "none" || times.some((time) => time > 0);
        }).map((box) => box.tagName)"""
    )

    assert moving == []
