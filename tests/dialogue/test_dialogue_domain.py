"""Rasa's domain against what the rest of MesoFAQ yields and offers."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from mesofaq.chat.assistant import Assistant
from mesofaq.content.loader import Content, read_nlu_examples
from mesofaq.dialogue import runtime
from mesofaq.dialogue.domain import FORM, WHOSE, ask_action, follow_up_slot, required_slots, write_domain
from mesofaq.settings import Settings
from mesofaq.understanding.models import Context
from mesofaq.understanding.triage import TriageClass
from mesofaq.web.actions import make_executor

INTENTS = {
    *("emergency", "complication", "medicine_change", "personal_medical", "ask_if_now", "not_now"),
    *("ask_faq", "ask_faq_unclear", "ask_other", "out_of_scope", "other_language"),
    *("greet", "thank", "goodbye", "who_are_you", "privacy", "complain", "repeat", "ask_sources", "ask_person"),
    *("start_screening", "affirm", "deny", "unsure", "skip", "inform_health", "correct_screening"),
    *("ask_why", "go_back", "stop"),
}
"""What understanding can yield: rules, stories and actions are written for each."""


@pytest.fixture
def settings(home: Path, tmp_path: Path) -> Settings:
    """A home with the checkout's domain and content, which a test may change."""
    shutil.copy(home / "domain.yml", tmp_path)
    shutil.copytree(home / "content", tmp_path / "content")
    return Settings(home=tmp_path)


def _domain(path: Path) -> dict[str, Any]:
    domain: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return domain


def _change(path: Path, change: Callable[[Any], object]) -> None:
    """Let `change` alter what a file of content holds; `yes` and `no` are words there, and no booleans."""
    data = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    change(data)
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


def test_the_domain_has_every_intent_that_understanding_yields(home: Path) -> None:
    intents = _domain(home / "domain.yml")["intents"]
    assert len(intents) == len(set(intents))
    assert set(intents) == INTENTS


def test_every_class_of_triage_and_every_act_is_one_of_these_intents(assistant: Assistant, home: Path) -> None:
    assert assistant.bundle is not None
    acts = {label.removeprefix("act:") for label in assistant.bundle.labels if label.startswith("act:")}
    assert acts == set(read_nlu_examples(home / "bot" / "data" / "nlu"))
    assert acts | {str(triage_class) for triage_class in TriageClass} <= INTENTS


def test_understanding_yields_no_other_intent(assistant: Assistant, content: Content) -> None:
    texts = [example for card in list(content.cards.values())[::6] for example in card.examples[::16]]
    lines = (content.folder / "calibration" / "out_of_scope.jsonl").read_text(encoding="utf-8").splitlines()[::12]
    texts += [json.loads(line)["text"] for line in lines] + ["yes", "I take warfarin", "my lips are swelling", ""]
    yielded = {
        assistant.understand(text, Context(pending_item=item)).intent for text in texts for item in (None, "liver")
    }
    assert yielded <= INTENTS
    assert {"ask_faq", "ask_other", "out_of_scope", "affirm", "inform_health", "emergency"} <= yielded


def test_the_domains_actions_are_the_registered_ones(assistant: Assistant, settings: Settings) -> None:
    runtime.install(runtime.Runtime(assistant.replies, assistant.content.screening))
    actions = _domain(write_domain(settings))["actions"]
    assert len(actions) == len(set(actions))
    assert set(actions) == set(make_executor().actions)


def test_the_written_domain_is_the_root_domain_while_no_item_is_added(settings: Settings) -> None:
    written = write_domain(settings)
    assert written == settings.var / "rasa" / "domain.yml"
    assert _domain(written) == _domain(settings.home / "domain.yml")


def test_an_item_that_the_clinic_added_gets_its_slot_its_action_and_its_turn(settings: Settings) -> None:
    def add(protocol: dict[str, Any]) -> None:
        protocol["items"].insert(1, protocol["items"][0] | {"id": "keloids", "title": "Keloids", "follow_ups": []})

    _change(settings.content / "screening.yml", add)
    domain = _domain(write_domain(settings))
    expected = [WHOSE, "allergy", "allergy__which", "keloids", "pregnancy"]
    assert domain["forms"][FORM]["required_slots"][:5] == expected
    assert domain["slots"]["keloids"] == domain["slots"]["allergy"]
    assert domain["actions"].count(ask_action("keloids")) == 1


def test_a_follow_up_that_the_clinic_added_is_asked_after_its_item(settings: Settings) -> None:
    def add(protocol: dict[str, Any]) -> None:
        protocol["items"][0]["follow_ups"].append({"id": "since", "question": "Since when?"})

    _change(settings.content / "screening.yml", add)
    domain = _domain(write_domain(settings))
    slot = follow_up_slot("allergy", "since")
    assert domain["forms"][FORM]["required_slots"][1:5] == ["allergy", "allergy__which", slot, "pregnancy"]
    assert domain["slots"][slot] == domain["slots"]["allergy"]
    assert domain["actions"].count(ask_action(slot)) == 1


def test_an_item_that_the_clinic_took_out_is_not_asked(settings: Settings) -> None:
    _change(settings.content / "screening.yml", lambda protocol: protocol["items"].pop(0))
    _change(settings.content / "screening_words.yml", lambda words: words["items"].pop("allergy"))
    asked = _domain(write_domain(settings))["forms"][FORM]["required_slots"]
    assert asked[:2] == [WHOSE, "pregnancy"]
    assert not {"allergy", "allergy__which"} & set(asked)


def test_whose_answers_they_are_is_asked_first_and_each_follow_up_after_its_item(content: Content) -> None:
    expected = [WHOSE]
    for item in content.screening.items:
        expected += [item.id, *(f"{item.id}__{follow_up.id}" for follow_up in item.follow_ups)]
    assert required_slots(content.screening) == expected


def test_the_written_domain_has_no_aliases_which_rasa_takes_apart(settings: Settings) -> None:
    assert "&id" not in write_domain(settings).read_text(encoding="utf-8")


def test_an_unchanged_domain_is_not_written_again(settings: Settings) -> None:
    """A file with a new date would have the dialogue trained anew at every start."""
    written = write_domain(settings)
    os.utime(written, (1, 1))
    assert write_domain(settings).stat().st_mtime == 1


def test_no_slot_influences_what_happens_next_and_none_is_filled_by_rasa(home: Path) -> None:
    slots = _domain(home / "domain.yml")["slots"]
    mapping = {"type": "any", "influence_conversation": False, "mappings": [{"type": "custom"}]}
    assert [name for name, slot in slots.items() if slot != mapping] == []
