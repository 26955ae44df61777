"""The health questions: what a clinic may change freely, and what only by name and with a reason."""

import json
from datetime import timedelta
from typing import Any

import pytest
from content_helpers import GOOD, TODAY, Change, Folder
from content_screening_cases import (
    LOOSER,
    NEW_ITEM,
    PROTOCOL,
    WHY,
    WORDS,
    change_item,
    item_line,
    milder_outcome,
    override,
    word_removed,
)
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from mesofaq.cli import app
from mesofaq.cli import content as content_commands  # noqa: F401  registers them
from mesofaq.content import load_content
from mesofaq.content.lint import Finding, Severity
from mesofaq.screening.baseline import REASON_MIN_CHARS, _floor, looser

SAVED = load_content(GOOD).screening
FLOOR = _floor()


def screening(found: list[Finding], severity: Severity) -> list[Finding]:
    return [item for item in found if item.rule == "screening" and item.severity is severity]


def test_an_added_item_passes(folder: Folder) -> None:
    folder.append(PROTOCOL, NEW_ITEM)
    folder.append(WORDS, "  epilepsy:\n    anywhere: [epilepsy, seizure]")
    assert [item for item in folder.lint() if item.rule == "screening"] == []
    assert folder.errors() == []


def test_an_added_item_without_words_is_a_notice(folder: Folder) -> None:
    folder.append(PROTOCOL, NEW_ITEM)
    (found,) = screening(folder.lint(), Severity.NOTICE)
    assert (found.path, found.line) == (folder.path / PROTOCOL, item_line(folder, "epilepsy"))
    assert f"Add some to {WORDS}." in found.message


def test_a_reworded_item_passes(folder: Folder) -> None:
    change_item(folder, "heart", "Do you have a heart condition?", "Is anything wrong with your heart?")
    assert folder.errors() == []


def test_another_order_passes(folder: Folder) -> None:
    text = folder.file(PROTOCOL).read_text("utf-8")
    head, _, tail = text.partition("- id: chemotherapy\n")
    moved = head.replace("- id: allergy\n", f"- id: chemotherapy\n{tail}- id: allergy\n")
    folder.file(PROTOCOL).write_text(moved, encoding="utf-8")
    assert load_content(folder.path).screening.items[0].id == "chemotherapy"
    assert folder.errors() == []


@pytest.mark.parametrize(
    ("item", "old", "new"),
    [("heart", "outcome: review", "outcome: postpone"), ("chemotherapy", "past: noted", "past: flagged")],
)
def test_a_stricter_item_passes(folder: Folder, item: str, old: str, new: str) -> None:
    change_item(folder, item, old, new)
    assert [item for item in folder.lint() if item.rule == "screening"] == []


def test_a_word_may_move_to_another_list_that_counts(folder: Folder) -> None:
    folder.change(WORDS, "[kidney, kidneys, dialysis,", "[kidney, kidneys,")
    folder.change(WORDS, "    unlike: [kidney beans]", "    lasting: [dialysis]\n    unlike: [kidney beans]")
    assert folder.errors() == []


@pytest.mark.parametrize(("change", "item", "key", "detail"), LOOSER.values(), ids=LOOSER)
def test_what_is_looser_is_refused_and_lint_says_what_to_do(
    folder: Folder, change: Change, item: str, key: str, detail: str
) -> None:
    path, line = change(folder)
    (found,) = [one for one in folder.lint() if one.severity is Severity.ERROR]
    assert (found.path, found.line) == (path, line)
    assert found.message == (
        f"'{item}' is looser than MesoFAQ comes with: {detail}. Make it as strict again, or write under 'overrides:' "
        f"{{item: {item}, change: {key}, by: NAME, on: DATE, reason: WHY}}."
    )


@pytest.mark.parametrize(("change", "item", "key", "detail"), LOOSER.values(), ids=LOOSER)
def test_the_same_with_its_override_passes_with_a_notice_of_who_and_why(
    folder: Folder, change: Change, item: str, key: str, detail: str
) -> None:
    path, line = change(folder)
    override(folder, item, key)
    assert folder.errors() == []
    (found,) = screening(folder.lint(), Severity.NOTICE)
    assert (found.path, found.line) == (path, line)
    assert found.message == f"'{item}': {detail}, by decision of Dr. Ada Byron on 2025-01-31: {WHY}"


@pytest.mark.parametrize(("change", "item", "key", "detail"), LOOSER.values(), ids=LOOSER)
def test_an_override_of_another_item_does_not_help(
    folder: Folder, change: Change, item: str, key: str, detail: str
) -> None:
    change(folder)
    override(folder, "kidney", key)
    assert [detail in found.message for found in screening(folder.lint(), Severity.ERROR)].count(True) == 1


def test_the_override_that_lint_proposes_is_one_that_it_reads(folder: Folder) -> None:
    milder_outcome(folder)
    (found,) = screening(folder.lint(), Severity.ERROR)
    written = found.message.partition("'overrides:' ")[2].rstrip(".")
    filled = written.replace("NAME", "Dr. Ada Byron").replace("DATE", "2025-01-31").replace("WHY", WHY)
    folder.append(PROTOCOL, f"overrides:\n- {filled}")
    assert folder.errors() == []


def test_two_ways_of_one_item_need_two_overrides(folder: Folder) -> None:
    word_removed(folder)
    change_item(folder, "diabetes", "past: flagged", "past: noted")
    override(folder, "diabetes", "words")
    assert [found.line for found in screening(folder.lint(), Severity.ERROR)] == [
        item_line(folder, "diabetes", "past:")
    ]
    override(folder, "diabetes", "past")
    assert folder.errors() == []


def test_an_override_that_a_stricter_item_needs_no_more_is_an_error(folder: Folder) -> None:
    milder_outcome(folder)
    override(folder, "pregnancy", "outcome")
    change_item(folder, "pregnancy", "outcome: review", "outcome: postpone")
    (found,) = screening(folder.lint(), Severity.ERROR)
    assert found.message == "nothing of 'pregnancy' is looser in 'outcome'. Remove the override."


def test_the_name_in_an_override_is_a_persons(folder: Folder) -> None:
    milder_outcome(folder)
    override(folder, "pregnancy", "outcome", by="a clinician")
    (found,) = screening(folder.lint(), Severity.ERROR)
    assert found.message == "'a clinician' is no person's name. Name who answers for this."


@pytest.mark.parametrize(
    ("wrong", "key", "words"),
    [
        ({"on": TODAY + timedelta(days=1)}, "on:", "the day of the decision, 2026-06-02, has not come yet"),
        ({"reason": "x" * (REASON_MIN_CHARS - 1)}, "reason:", "the reason is too short"),
        ({"reason": f"why{' ' * REASON_MIN_CHARS}"}, "reason:", "the reason is too short"),
    ],
)
def test_an_override_that_is_not_complete_is_an_error_and_allows_nothing(
    folder: Folder, wrong: dict[str, Any], key: str, words: str
) -> None:
    _, outcome = milder_outcome(folder)
    override(folder, "pregnancy", "outcome", **wrong)
    refused, incomplete = screening(folder.lint(), Severity.ERROR)
    assert refused.line == outcome
    assert incomplete.line == folder.line(PROTOCOL, key)
    assert words in incomplete.message


@pytest.mark.parametrize("wrong", [{"on": TODAY}, {"reason": "x" * REASON_MIN_CHARS}])
def test_today_and_a_reason_just_long_enough_are_allowed(folder: Folder, wrong: dict[str, Any]) -> None:
    milder_outcome(folder)
    override(folder, "pregnancy", "outcome", **wrong)
    assert folder.errors() == []


@pytest.mark.parametrize("key", ["item", "change", "by", "on", "reason"])
def test_an_override_says_everything(folder: Folder, key: str) -> None:
    milder_outcome(folder)
    override(folder, "pregnancy", "outcome")
    text = folder.file(PROTOCOL).read_text("utf-8")
    head, mark, tail = text.partition("\noverrides:\n- ")
    kept = [line.strip() for line in tail.splitlines() if not line.strip().startswith(f"{key}:")]
    folder.file(PROTOCOL).write_text(head + mark + "\n  ".join(kept) + "\n", encoding="utf-8")
    (found,) = folder.lint()
    assert (found.rule, found.path) == ("schema", folder.path / PROTOCOL)
    assert f"overrides.0.{key}: it is missing" in found.message


def test_lint_of_a_looser_protocol_exits_with_1(home: Folder) -> None:
    _, line = milder_outcome(home)
    result = CliRunner().invoke(app, ["content", "lint"])
    assert result.exit_code == 1
    assert f"content/{PROTOCOL}:{line}: error: 'pregnancy' is looser than MesoFAQ comes with" in result.stdout


def test_lint_of_an_overridden_protocol_exits_with_0_and_names_who(home: Folder) -> None:
    _, line = milder_outcome(home)
    override(home, "pregnancy", "outcome")
    result = CliRunner().invoke(app, ["content", "lint", "--json"])
    found = json.loads(result.stdout)
    assert (result.exit_code, found["errors"]) == (0, 0)
    (notice,) = [one for one in found["findings"] if one["rule"] == "screening"]
    assert (notice["path"], notice["line"]) == (f"content/{PROTOCOL}", line)
    assert notice["message"].endswith(f"by decision of Dr. Ada Byron on 2025-01-31: {WHY}")


@given(st.data())
def test_whichever_word_of_the_floor_goes_the_protocol_is_looser(data: st.DataObject) -> None:
    item = data.draw(st.sampled_from(SAVED.items))
    floor = FLOOR[item.id]
    word = data.draw(st.sampled_from([*floor["wherever"], *floor["when_asked"]]))
    kept = {
        kind: tuple(one for one in getattr(item.words, kind) if one != word)
        for kind in ("anywhere", "lasting", "when_asked")
    }
    items = tuple(
        one.model_copy(update={"words": one.words.model_copy(update=kept)}) if one is item else one
        for one in SAVED.items
    )
    (found,) = looser(SAVED.model_copy(update={"items": items}))
    assert (found.item, str(found.change)) == (item.id, "words")
    assert found.detail.endswith(f": {word}")


def test_a_phrase_that_takes_a_word_back_is_looser(folder: Folder) -> None:
    folder.change("screening_words.yml", "unlike: [kidney beans]", "unlike: [kidney beans, on dialysis]")
    (found,) = looser(load_content(folder.path).screening)
    assert (found.item, found.detail) == ("kidney", "these now mean no 'yes': on dialysis")


def test_the_protocol_that_comes_with_mesofaq_is_not_looser_than_its_floor() -> None:
    assert looser(SAVED) == []
