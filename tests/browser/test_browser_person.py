"""A person of the clinic in the chat, as the patient has it: joining, silence, replies, leaving, a restart.

What staff do is done to the record itself, as another process of the clinic would; the console has tests of its own.
"""

import signal
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from browser_helpers import ANSWER_MS, EMERGENCY, WASH, Patient
from playwright.sync_api import Browser, Locator, Page, expect

from fixtures_live import Instance
from mesofaq.accounts.models import Role, StaffRecord
from mesofaq.accounts.people import People
from mesofaq.chat.models import CardRef, Kind, Reply, ReplyDraft, SourceRef, StaffRef
from mesofaq.handoff.states import Outcome, Step
from mesofaq.store.audit import CLI
from mesofaq.store.desk import Desk
from mesofaq.store.records import ConversationView
from mesofaq.store.store import Store, utc_now

pytestmark = pytest.mark.browser

WEBSITE = (
    '<!doctype html><html lang="en"><title>A clinic</title><h1>A clinic</h1>'
    '<script async src="/widget.js" data-label="Ask us"></script></html>'
)
PERSON = "Talk to a person"
NAME, TITLE = "Dana Reyes", "nurse"
# The service looks into the record every second; after a restart it must first be back.
LIVE_MS = 10_000
RESTART_MS = 60_000


class Clinician:
    """Somebody of the clinic, who takes over and gives back the conversation of a patient."""

    def __init__(self, desk: Desk, staff: StaffRecord) -> None:
        self._desk = desk
        self._staff = staff

    def view(self, patient: Patient) -> ConversationView:
        return self._desk.view(patient.session()["id"], self._staff)

    def join(self, patient: Patient, text: str = f"{NAME}, {TITLE}, has joined this chat.") -> None:
        self.step(patient, Step.CLAIM, ReplyDraft(kind=Kind.NOTICE, text=text, staff=self._ref))
        expect(patient.view.locator("article.joined").last).to_be_visible(timeout=LIVE_MS)

    def finish(self, patient: Patient) -> None:
        notice = ReplyDraft(kind=Kind.NOTICE, text="You are talking to the automated assistant again.")
        self.step(patient, Step.RESOLVE, notice, Outcome.ANSWERED)

    def write(self, patient: Patient, text: str, **more: Any) -> Reply:
        draft = ReplyDraft(kind=Kind.ANSWER, text=text, staff=self._ref, **more)
        conversation = patient.session()["id"]
        return self._desk.reply(conversation, draft, by=self._staff, client_message_id=str(uuid4()))

    @property
    def _ref(self) -> StaffRef:
        return StaffRef(name=self._staff.name, title=self._staff.title)

    def step(
        self, patient: Patient, step: Step, notice: ReplyDraft | None = None, outcome: Outcome | None = None
    ) -> None:
        handoff = self.view(patient).handoff
        assert handoff is not None
        self._desk.step(handoff.id, step, by=self._staff, version=handoff.version, notice=notice, outcome=outcome)


@pytest.fixture(scope="module")
def clinic(fresh_service: Instance) -> Iterator[Store]:
    store = Store(fresh_service.settings.store_url, seal=fresh_service.settings.seal)
    yield store
    store.close()


@pytest.fixture(scope="module")
def dana(clinic: Store) -> Clinician:
    people = People(clinic.database, utc_now)
    staff = people.add("dana", NAME, TITLE, Role.CLINICIAN, "copper lantern seven hills", by=CLI)
    return Clinician(Desk(clinic.database, utc_now), staff)


@pytest.fixture
def patient(page: Page, fresh_service: Instance) -> Patient:
    return Patient(page, fresh_service.url).open()


@pytest.fixture
def waiting(patient: Patient) -> Patient:
    """A patient who has asked for a person."""
    patient.press(PERSON)
    return patient


@pytest.fixture
def small(chromium: Browser, fresh_service: Instance) -> Iterator[Patient]:
    """The widget's page on a small phone."""
    context = chromium.new_context(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    yield Patient(context.new_page(), fresh_service.url).open("?embed=1&host=http://localhost")
    context.close()


def sent_line(patient: Patient) -> Locator:
    return patient.view.locator("p.sent")


def say_to_person(patient: Patient, text: str) -> None:
    """Send `text` and wait until the page says that a person will see it."""
    before = patient.own_messages.count()
    patient.write(text)
    patient.page.keyboard.press("Enter")
    expect(patient.own_messages).to_have_count(before + 1)
    newest = patient.view.locator(".outer-message-container:has(.user-message-text)").nth(before)
    expect(newest.locator("p.sent")).to_be_visible(timeout=ANSWER_MS)


def test_while_a_person_has_the_chat_a_message_is_told_to_be_sent_and_nobody_waits(
    waiting: Patient, dana: Clinician
) -> None:
    dana.join(waiting)
    replies = waiting.replies.count()

    say_to_person(waiting, WASH)

    expect(sent_line(waiting)).to_have_text(f"Sent to {NAME}.")
    expect(waiting.page.get_by_role("log")).to_contain_text(f"Sent to {NAME}.")
    expect(waiting.page.locator(".loading-message-dots")).to_have_count(0)
    expect(waiting.view.locator("article.failure")).to_have_count(0)
    expect(waiting.page.locator("#status")).to_be_hidden()
    assert waiting.replies.count() == replies

    say_to_person(waiting, "It is a bit warm, too.")
    expect(sent_line(waiting)).to_have_count(1)


def test_a_message_is_told_to_be_sent_before_the_page_knows_to_whom(waiting: Patient, dana: Clinician) -> None:
    waiting.page.route("**/events", lambda route: route.abort())
    waiting.page.reload()
    waiting.wait_until_ready()
    expect(waiting.replies).to_have_count(1)
    dana.step(waiting, Step.CLAIM)

    say_to_person(waiting, WASH)

    expect(sent_line(waiting)).to_have_text("Sent to the clinic.")


def test_what_a_person_writes_arrives_by_itself_with_name_and_title(waiting: Patient, dana: Clinician) -> None:
    dana.join(waiting)
    expect(waiting.view.get_by_text(f"You are talking to {NAME}, {TITLE}.")).to_be_visible()
    expect(waiting.button(PERSON)).to_be_hidden()

    dana.write(waiting, "Hello. How long ago was your session?")

    reply = waiting.view.locator("article.staff")
    expect(reply).to_contain_text("How long ago was your session?", timeout=LIVE_MS)
    clinic = waiting.clinic()["name"]
    expect(reply.locator(".heading")).to_have_text(f"{NAME}, {TITLE}, {clinic}")
    expect(reply.locator(".heading")).to_have_css("background-color", "rgb(43, 74, 140)")
    expect(waiting.page.get_by_role("log")).to_contain_text(f"{NAME}, {TITLE}, said: Hello.")
    assert waiting.axe() == []


def test_a_reload_shows_again_who_wrote_and_who_has_the_chat(waiting: Patient, dana: Clinician) -> None:
    dana.join(waiting)
    dana.write(waiting, "Hello. How long ago was your session?")
    expect(waiting.view.locator("article.staff")).to_be_visible(timeout=LIVE_MS)
    say_to_person(waiting, "Two days.")

    waiting.page.reload()

    waiting.wait_until_ready()
    expect(waiting.view.locator("article.staff .heading")).to_contain_text(f"{NAME}, {TITLE}")
    expect(waiting.view.get_by_text(f"You are talking to {NAME}, {TITLE}.")).to_be_visible()
    expect(sent_line(waiting)).to_have_text(f"Sent to {NAME}.")
    expect(waiting.view.locator("article.staff")).to_have_count(1)
    expect(waiting.page.get_by_role("log")).to_be_empty()
    dana.write(waiting, "Then all is as it should be.")
    expect(waiting.view.locator("article.staff")).to_have_count(2, timeout=LIVE_MS)


def test_a_card_that_a_person_sends_keeps_its_sources(waiting: Patient, dana: Clinician) -> None:
    dana.join(waiting)
    dana.write(
        waiting,
        "Wait 48 hours.",
        card=CardRef(id="after-wash", version="1", status="draft"),
        sources=(SourceRef(title="A textbook", where="page 2"),),
    )

    reply = waiting.view.locator("article.staff")
    expect(reply.locator(".sources li")).to_have_text("A textbook, page 2", timeout=LIVE_MS)
    expect(reply.locator(".version")).to_contain_text("after-wash")
    # It belongs to a handoff, and still is no question for a telephone number.
    expect(waiting.view.locator("form")).to_have_count(1)


def test_an_emergency_is_shown_while_a_person_has_the_chat(waiting: Patient, dana: Clinician) -> None:
    dana.join(waiting)

    box = waiting.say(EMERGENCY)

    expect(box).to_contain_class("kind-emergency")
    expect(box.get_by_role("link", name="Call")).to_be_in_viewport()
    expect(sent_line(waiting)).to_have_count(0)
    expect(waiting.view.get_by_text(f"You are talking to {NAME}, {TITLE}.")).to_be_visible()
    say_to_person(waiting, "An ambulance is coming.")


def test_when_the_person_has_finished_the_assistant_answers_by_its_own_name(waiting: Patient, dana: Clinician) -> None:
    dana.join(waiting)
    dana.finish(waiting)

    expect(waiting.button(PERSON)).to_be_visible(timeout=LIVE_MS)
    expect(waiting.view.get_by_text(f"You are talking to {NAME}")).to_be_hidden()
    answer = waiting.say(WASH)
    expect(answer).to_contain_text("48 hours")
    expect(answer.locator(".heading")).to_have_text("Automated assistant")


def test_markup_in_what_a_person_writes_and_in_a_name_is_shown_as_text(waiting: Patient, dana: Clinician) -> None:
    dana.join(waiting, '<b>Dana</b> <img src=x onerror="document.title=1"> has joined.')
    dana.write(waiting, '<img src=x onerror="document.title=2"> **hello** [x](javascript:alert(1))')

    reply = waiting.view.locator("article.staff")
    expect(reply).to_contain_text("<img src=x", timeout=LIVE_MS)
    expect(waiting.view.locator("article.joined")).to_contain_text("<b>Dana</b> <img")
    expect(waiting.view.locator("article img, article b, article a[href^=javascript]")).to_have_count(0)
    assert waiting.page.title() not in ("1", "2")


def test_a_small_phone_has_room_for_all_of_it(small: Patient, dana: Clinician) -> None:
    small.press(PERSON)
    assert small.overflow() == []
    dana.join(small)
    say_to_person(small, "It is a bit warm, too.")
    dana.write(small, "Hello. " + "How long ago was your session? " * 5)
    expect(small.view.locator("article.staff")).to_be_visible(timeout=LIVE_MS)

    assert small.overflow() == []
    assert small.axe() == []
    for name in ("Download this chat", "Erase this chat"):
        expect(small.button(name)).to_be_in_viewport(ratio=1)


def test_a_closed_widget_tells_that_a_person_has_written(page: Page, fresh_service: Instance, dana: Clinician) -> None:
    website = f"{fresh_service.url}/a-website"
    page.route(website, lambda route: route.fulfill(content_type="text/html", body=WEBSITE))
    page.goto(website)
    page.get_by_role("button", name="Ask us").click()
    patient = Patient(page, fresh_service.url, page.frame_locator("iframe")).wait_until_ready()
    patient.press(PERSON)
    dana.join(patient)
    patient.button("Close the chat").click()

    dana.write(patient, "Hello. How long ago was your session?")

    page.get_by_role("button", name="New message for you").click(timeout=LIVE_MS)
    expect(patient.view.locator("article.staff")).to_be_visible()
    page.get_by_role("button", name="Close the chat", exact=True).click()
    expect(page.get_by_role("button", name="Ask us")).to_be_visible()


def test_a_new_chat_after_an_erased_one_begins_with_the_assistant(waiting: Patient, dana: Clinician) -> None:
    dana.join(waiting)
    waiting.button("Erase this chat").click()
    waiting.button("Erase it").click()

    expect(waiting.button(PERSON)).to_be_visible()
    expect(waiting.say(WASH).locator(".heading")).to_have_count(0)
    waiting.press(PERSON)
    expect(waiting.view.locator("form")).to_have_count(1)


# The service goes away. Last: it is the instance of every test above.


def test_the_page_survives_that_the_service_is_killed(
    waiting: Patient, dana: Clinician, fresh_service: Instance
) -> None:
    dana.join(waiting)
    fresh_service.send("service", signal.SIGKILL)
    dana.write(waiting, "Written while the service was gone.")

    reply = waiting.view.locator("article.staff")
    expect(reply).to_contain_text("while the service was gone", timeout=RESTART_MS)
    expect(reply).to_have_count(1)
    say_to_person(waiting, "I am still here.")
    dana.write(waiting, "So am I.")
    expect(reply).to_have_count(2, timeout=LIVE_MS)
