"""The service's assistant while bundles come, go and are damaged."""

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from knowledge_helpers import flip_a_byte, lend_bundle, point_to, vary_bundle

from mesofaq.chat.assistant import Assistant
from mesofaq.content.models import Card
from mesofaq.settings import Settings
from mesofaq.understanding.models import Context, Outcome


@pytest.fixture
def served(small_home: Path, small_bundle: Path) -> Path:
    """The folder of bundles of a home in which the small clinic's bundle is current."""
    bundles = small_home / "var" / "bundles"
    lend_bundle(small_bundle, bundles)
    point_to(bundles, small_bundle.name)
    return bundles


def _assistant(bundles: Path, **settings: Any) -> Assistant:
    return Assistant(Settings(home=bundles.parents[1], **settings))


def _newer(bundle: Path, bundles: Path) -> Path:
    """A second whole bundle in which the answer about pain is another."""

    def change(cards: dict[str, Any]) -> None:
        cards["pain"]["body"] = "The new answer."

    # Made elsewhere: a bundle appears in its place at once.
    return Path(vary_bundle(bundle, bundles.parent / "making", change).rename(bundles / "newer"))


def _pain(assistant: Assistant) -> str:
    understood = assistant.understand("Does mesotherapy hurt?", Context())
    assert understood.decision is not None
    assert understood.decision.outcome is Outcome.ANSWER
    return assistant.replies.answer(understood.decision.cards[0]).text


def test_the_current_bundle_is_in_use_from_the_start(served: Path, small_bundle: Path) -> None:
    assistant = _assistant(served)
    assert assistant.bundle is not None
    assert (assistant.bundle.id, assistant.problem) == (small_bundle.name, None)


def test_a_new_bundle_is_picked_up_and_answers(served: Path, small_bundle: Path) -> None:
    assistant = _assistant(served)
    assert _pain(assistant) != "The new answer."
    point_to(served, _newer(small_bundle, served).name)
    assert assistant.reload()
    assert _pain(assistant) == "The new answer."


def test_the_bundle_in_use_is_not_loaded_again(served: Path) -> None:
    assistant = _assistant(served)
    before = assistant.bundle
    assert not assistant.reload()
    assert assistant.bundle is before


def test_a_damaged_bundle_is_refused_and_the_old_one_goes_on(served: Path, small_bundle: Path) -> None:
    assistant = _assistant(served)
    newer = _newer(small_bundle, served)
    flip_a_byte(newer / "cards.json")
    point_to(served, newer.name)
    assert not assistant.reload()
    assert assistant.bundle is not None
    assert assistant.bundle.id == small_bundle.name
    assert assistant.problem is not None
    assert "Part 'cards.json' of bundle 'newer' is not what was built" in assistant.problem
    assert _pain(assistant) != "The new answer."


def test_a_refused_bundle_is_not_hashed_again_at_every_look(
    served: Path, small_bundle: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assistant = _assistant(served)
    newer = _newer(small_bundle, served)
    flip_a_byte(newer / "cards.json")
    point_to(served, newer.name)
    for _ in range(3):
        assistant.reload()
    assert [record.message.split(":")[0] for record in caplog.records] == ["bundle_refused"]


def test_a_damaged_bundle_that_is_built_anew_under_its_name_is_picked_up(served: Path, small_bundle: Path) -> None:
    assistant = _assistant(served)
    newer = _newer(small_bundle, served)
    whole = (newer / "cards.json").read_bytes()
    flip_a_byte(newer / "cards.json")
    point_to(served, newer.name)
    assert not assistant.reload()
    (newer / "cards.json").write_bytes(whole)
    assert assistant.reload()
    assert (assistant.problem, _pain(assistant)) == (None, "The new answer.")


def test_going_back_to_the_bundle_in_use_ends_the_problem(served: Path, small_bundle: Path) -> None:
    assistant = _assistant(served)
    point_to(served, "never-built")
    assistant.reload()
    assert assistant.problem is not None
    point_to(served, small_bundle.name)
    assert not assistant.reload()
    assert assistant.problem is None


def test_a_bundle_that_is_deleted_while_in_use_goes_on_being_used(served: Path, small_bundle: Path) -> None:
    assistant = _assistant(served)
    shutil.rmtree(served / small_bundle.name)
    assert not assistant.reload()
    assert _pain(assistant)


def test_without_a_bundle_triage_runs_and_everything_else_goes_to_a_person(small_home: Path) -> None:
    assistant = _assistant(small_home / "var" / "bundles")
    assert assistant.bundle is None
    assert assistant.problem is not None
    assert assistant.problem.startswith("There is no knowledge bundle yet.")
    intents = [assistant.understand(text, Context()).intent for text in ("i cant breathe", "Does it hurt?", "hello")]
    assert intents == ["emergency", "out_of_scope", "out_of_scope"]


def test_the_first_bundle_is_picked_up_when_it_is_built(small_home: Path, small_bundle: Path) -> None:
    bundles = small_home / "var" / "bundles"
    assistant = _assistant(bundles)
    lend_bundle(small_bundle, bundles)
    point_to(bundles, small_bundle.name)
    assert assistant.reload()
    assert assistant.problem is None


def test_a_bundle_named_in_the_settings_is_served_whatever_is_current(served: Path, small_bundle: Path) -> None:
    named = _newer(small_bundle, served)
    assistant = _assistant(served, bundle=named)
    assert _pain(assistant) == "The new answer."


def _approve_pain_until(until: date) -> Any:
    def change(cards: dict[str, Any]) -> None:
        text_sha256 = Card.model_validate(cards["pain"]).text_sha256
        review = {"status": "approved", "by": "Dr. Test", "on": "2026-01-01", "until": str(until)}
        cards["pain"]["review"] = review | {"text_sha256": text_sha256}

    return change


@pytest.mark.parametrize(("days_left", "servable"), [(30, True), (-1, False)])
def test_production_serves_a_card_only_while_its_approval_holds(
    served: Path, small_bundle: Path, days_left: int, servable: bool
) -> None:
    until = date.today() + timedelta(days=days_left)
    named = vary_bundle(small_bundle, served.parent / "signed", _approve_pain_until(until))
    assistant = _assistant(served, bundle=named, env="production")
    assert (assistant.servable("pain"), assistant.servable("cost")) == (servable, False)
    understood = assistant.understand("Does mesotherapy hurt?", Context())
    assert understood.intent == ("ask_faq" if servable else "out_of_scope")


def test_development_serves_drafts_and_says_so(served: Path) -> None:
    assistant = _assistant(served)
    assert assistant.servable("pain")
    assert assistant.shows_drafts


def test_production_never_shows_a_draft(served: Path) -> None:
    assistant = _assistant(served, env="production")
    assert not any(assistant.servable(card) for card in ("after-wash", "cost", "history", "pain"))
    assert not assistant.shows_drafts
    assert [starter.card for starter in assistant.replies.starters() if starter.card] == []


def test_a_card_that_does_not_exist_is_never_servable(served: Path) -> None:
    assert not _assistant(served).servable("of-the-future")
