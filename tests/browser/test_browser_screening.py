"""The health questions on the page: with buttons and with typing, whole personas and a reload in the middle."""

from pathlib import Path
from typing import Any

import pytest
from browser_helpers import ANSWER_MS, SCREENING, Patient
from playwright.sync_api import expect

from mesofaq.chat.models import Reply
from mesofaq.content.loader import load_content
from mesofaq.evaluate.cases import Part
from mesofaq.evaluate.personas import Persona, read_personas
from mesofaq.evaluate.screening_play import play_persona

pytestmark = pytest.mark.browser

HOME = Path(__file__).parents[2]
ITEMS = [item.id for item in load_content(HOME / "content").screening.items]
PERSONAS = {
    persona.id: persona
    for persona in read_personas(HOME / "tests" / "eval" / "screening.jsonl", ITEMS)
    if persona.part is Part.TUNE
}
# Each of the three results; volunteered, brand names, a correction, an interruption, somebody else's answers.
PLAYED = ["a01", "a04", "a21", "b05", "d33", "e10"]


class PageChannel:
    """A persona in front of the page: presses a button where one says just that, else types."""

    def __init__(self, patient: Patient) -> None:
        self._patient = patient
        self.pressed = 0

    def say(self, text: str) -> list[Reply]:
        before = len(self._patient.transcript()) if self._patient.own_messages.count() else 0
        shown = self._patient.replies.count()
        button = self._patient.replies.last.get_by_role("button", name=text, exact=True)
        if shown and button.count():
            button.click()
            self.pressed += 1
        else:
            self._patient.write(text)
            self._patient.page.keyboard.press("Enter")
        expect(self._patient.replies.nth(shown)).to_be_visible(timeout=ANSWER_MS)
        new: list[dict[str, Any]] = self._patient.transcript()[before:]
        replies = [Reply.model_validate(message["reply"]) for message in new if message["from"] == "bot"]
        # Everything that the service said is on the page.
        expect(self._patient.replies).to_have_count(shown + len(replies), timeout=ANSWER_MS)
        return replies


@pytest.mark.parametrize("persona", [PERSONAS[name] for name in PLAYED], ids=PLAYED)
def test_a_persona_comes_to_its_result_on_the_page(patient: Patient, persona: Persona) -> None:
    played = play_persona(PageChannel(patient), persona)

    assert (played.result, set(played.flags)) == (persona.result, set(persona.flags)), played.log
    expect(patient.view.get_by_text("Health questions finished").last).to_be_visible()


def test_the_whole_screening_with_buttons_only(patient: Patient) -> None:
    patient.say(SCREENING)
    for place, item in enumerate(ITEMS, start=1):
        expect(patient.replies.last).to_contain_text(f"question {place} of {len(ITEMS)}")
        last = patient.press("Not sure" if item == "liver" else "No")

    expect(last).to_contain_text("Liver")
    expect(last).to_contain_text("Not sure")
    assert patient.transcript()[-1]["reply"]["screening"] == {"item": None, "result": "review", "flags": ["liver"]}


def test_a_reload_in_the_middle_goes_on_with_the_same_question(patient: Patient) -> None:
    patient.say(SCREENING)
    patient.press("No")
    patient.press("No")

    patient.page.reload()

    patient.wait_until_ready()
    expect(patient.replies.last).to_contain_text(f"question 3 of {len(ITEMS)}")
    expect(patient.press("No")).to_contain_text(f"question 4 of {len(ITEMS)}")


def test_the_result_quotes_the_patient_as_text(patient: Patient) -> None:
    patient.say(SCREENING)
    patient.say('yes, <img src=x onerror="document.title=1"> penicillin')
    patient.say("hives")
    for _ in ITEMS[1:]:
        last = patient.press("No")

    expect(last).to_contain_text('<img src=x onerror="document.title=1">')
    expect(last.locator("img")).to_have_count(0)
