"""The whole of a handoff in two windows of a real browser: the patient's page and the staff console."""

from collections.abc import Iterator

import pytest
from browser_helpers import ANSWER_MS, EMERGENCY, WASH, Patient
from playwright.sync_api import Browser, Page, expect

from fixtures_live import Instance

pytestmark = pytest.mark.browser

PASSWORD = "copper lantern violet orchard"
BORDER = "(box) => getComputedStyle(box).borderLeftColor"
REPLY = "Yes, you can have your money back within two weeks."


@pytest.fixture(scope="module")
def clinician(live: Instance) -> str:
    """The name of a clinician's account."""
    command = ("user", "add", "flow", "--name", "Dana Reyes", "--title", "nurse", "--role", "clinician")
    done = live.cli(*command, "--password-stdin", given=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr
    return "flow"


@pytest.fixture
def console(chromium: Browser, live_service: str, clinician: str) -> Iterator[Page]:
    """A window of its own in which the clinician has signed in."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{live_service}/staff")
    page.get_by_label("Name").fill(clinician)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    yield page
    context.close()


def _open(console: Page, patient: Patient) -> None:
    console.goto(f"{patient.service}/staff/conversations/{patient.session()['id']}")


def _press(console: Page, name: str) -> None:
    console.get_by_role("button", name=name).click()


def test_a_person_takes_over_answers_and_gives_back(patient: Patient, console: Page) -> None:
    patient.press("Talk to a person")
    console.goto(f"{patient.service}/staff")
    expect(console.get_by_role("link", name="I would like to talk to a person").first).to_be_visible()
    _open(console, patient)

    _press(console, "Claim it")
    expect(console.get_by_text("You have this conversation")).to_be_visible()
    expect(patient.replies.last).to_contain_text("Dana Reyes", timeout=ANSWER_MS)

    patient.write("can i get a refund")
    patient.page.keyboard.press("Enter")
    expect(console.locator("li.patient").last).to_contain_text("can i get a refund", timeout=ANSWER_MS)
    said_by_bot = patient.view.locator("article.bot").count()

    console.get_by_label("Your reply, which the patient sees").fill(REPLY)
    _press(console, "Send to the patient")
    expect(patient.view.locator("article.staff").last).to_contain_text(REPLY, timeout=ANSWER_MS)
    expect(patient.view.locator("article.staff").last).to_contain_text("nurse")

    patient.write(WASH)
    patient.page.keyboard.press("Enter")
    expect(console.locator("li.patient").last).to_contain_text(WASH, timeout=ANSWER_MS)
    assert patient.view.locator("article.bot").count() == said_by_bot, "the bot talked over the person"
    assert [line["from"] for line in patient.transcript()[-3:]] == ["patient", "staff", "patient"]

    _press(console, "Give it back to the queue")
    expect(patient.replies.last).to_contain_text("automated assistant", timeout=ANSWER_MS)
    expect(patient.say(WASH)).to_contain_text("48 hours")


def test_what_staff_wrote_is_there_again_after_a_reload(patient: Patient, console: Page) -> None:
    patient.press("Talk to a person")
    _open(console, patient)
    _press(console, "Claim it")
    console.get_by_label("Your reply, which the patient sees").fill(REPLY)
    _press(console, "Send to the patient")
    expect(patient.view.locator("article.staff").last).to_contain_text(REPLY, timeout=ANSWER_MS)

    patient.page.reload()

    patient.wait_until_ready()
    expect(patient.view.locator("article.staff").last).to_contain_text("Dana Reyes")
    expect(patient.view.locator("article.staff").last).to_contain_text(REPLY)


def test_an_emergency_breaks_the_silence_and_is_red_at_the_console(patient: Patient, console: Page) -> None:
    patient.press("Talk to a person")
    _open(console, patient)
    _press(console, "Claim it")
    expect(patient.replies.last).to_contain_text("Dana Reyes", timeout=ANSWER_MS)

    expect(patient.say(EMERGENCY)).to_contain_text("911")

    red = console.locator("ol.transcript > li:has(.priority.emergency)")
    expect(red).to_have_count(2, timeout=ANSWER_MS)
    expect(red.first).to_contain_text(EMERGENCY)
    expect(red.first).to_have_css("border-left-color", console.locator("#alarm .problem").evaluate(BORDER))


def test_what_was_answered_is_not_handed_over_again(patient: Patient, console: Page) -> None:
    patient.say("can i get a refund")
    _open(console, patient)
    _press(console, "Claim it")
    console.get_by_label("Your reply, which the patient sees").fill(REPLY)
    _press(console, "Send to the patient")
    expect(patient.view.locator("article.staff").last).to_contain_text(REPLY, timeout=ANSWER_MS)
    console.get_by_text("Finish", exact=True).first.click()
    console.get_by_label("Answered here in the chat").check()
    console.get_by_role("button", name="Finish", exact=True).click()
    expect(patient.replies.last).to_contain_text("has finished here", timeout=ANSWER_MS)

    again = patient.say("can i get a refund")

    expect(again).to_contain_text("has already dealt with this")
    assert patient.transcript()[-1]["reply"]["handoff"] is None
    expect(patient.press("Talk to a person")).to_contain_text("passed")
