import json
import shutil
from pathlib import Path

import pytest
from knowledge_helpers import add_to_body, build, card_file, flip_a_byte, silent

from mesofaq.errors import Code, Problem
from mesofaq.knowledge.build import build_bundle, ensure_bundle
from mesofaq.knowledge.bundle import PARTS, current_bundle, load_bundle
from mesofaq.settings import Settings

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def built_home(small_bundle: Path, tmp_path: Path) -> Path:
    """A copy of the small clinic's home with its bundle, for one test."""
    return Path(shutil.copytree(small_bundle.parents[2], tmp_path / "home", symlinks=True))


def _parts(bundle: Path) -> dict[str, str]:
    parts: dict[str, str] = json.loads((bundle / "manifest.json").read_text())["parts"]
    return parts


def _refuse(step: str) -> None:
    raise AssertionError(f"something was built: {step}")


def test_the_same_content_builds_the_same_bundle(small_bundle: Path, small_home: Path) -> None:
    built = build(small_home)
    assert _parts(built) == _parts(small_bundle)
    assert built.name == small_bundle.name


def test_a_built_bundle_is_the_current_one_and_can_be_loaded(small_bundle: Path) -> None:
    assert current_bundle(small_bundle.parent) == small_bundle
    assert load_bundle(small_bundle).id == small_bundle.name


def test_a_bundle_has_its_parts_and_nothing_else(small_bundle: Path) -> None:
    assert {path.name for path in small_bundle.iterdir()} == {*PARTS, "manifest.json"}
    assert {path.name for path in small_bundle.parent.iterdir()} == {small_bundle.name, "CURRENT", ".lock"}


def test_a_bundle_says_nothing_of_the_machine_that_built_it(small_bundle: Path) -> None:
    home = str(small_bundle.parents[2]).encode()
    assert [path.name for path in small_bundle.iterdir() if home in path.read_bytes()] == []


def test_example_questions_teach_and_are_not_among_the_texts(small_bundle: Path) -> None:
    bundle = load_bundle(small_bundle)
    assert all(card.examples == () for card in bundle.cards.values())
    assert sum(entry.label == "card:pain" and not entry.shown for entry in bundle.entries) == 12


def test_unchanged_content_is_not_built_again(small_bundle: Path) -> None:
    assert ensure_bundle(Settings(home=small_bundle.parents[2]), _refuse) == small_bundle


def test_another_answer_changes_the_texts_and_nothing_else(built_home: Path, small_bundle: Path) -> None:
    add_to_body(built_home, "pain", "Tell us at once if it hurts.")
    built = ensure_bundle(Settings(home=built_home), silent)
    before, after = _parts(small_bundle), _parts(built)
    changed = {part for part in PARTS if before[part] != after[part]}
    # Its words, correctly spelt, are what misspelt words are read as.
    assert {"cards.json"} <= changed <= {"cards.json", "spelling.json"}
    assert current_bundle(built.parent) == built


def test_content_that_cannot_be_read_leaves_the_old_bundle_in_service(built_home: Path) -> None:
    card_file(built_home, "pain").write_text("no front matter")
    with pytest.raises(Problem) as caught:
        ensure_bundle(Settings(home=built_home), silent)
    assert caught.value.code is Code.CONTENT_INVALID
    current = current_bundle(built_home / "var" / "bundles")
    assert current is not None
    assert load_bundle(current).id == current.name


def test_a_damaged_bundle_is_built_anew_under_its_name(built_home: Path, small_bundle: Path) -> None:
    damaged = built_home / "var" / "bundles" / small_bundle.name
    flip_a_byte(damaged / "cards.json")
    told: list[str] = []
    assert ensure_bundle(Settings(home=built_home), told.append) == damaged
    assert told[0] == "The knowledge bundle is damaged and is built anew"
    assert load_bundle(damaged).id == small_bundle.name


def test_building_the_bundle_in_use_again_never_takes_its_files_away(built_home: Path, small_bundle: Path) -> None:
    in_use = built_home / "var" / "bundles" / small_bundle.name
    before = {part: (in_use / part).stat().st_ino for part in PARTS}
    assert build(built_home) == in_use
    assert {part: (in_use / part).stat().st_ino for part in PARTS} == before
    assert load_bundle(in_use).id == in_use.name


def test_a_build_that_is_broken_off_leaves_the_old_bundle_in_service(built_home: Path, small_bundle: Path) -> None:
    add_to_body(built_home, "pain", "Tell us at once if it hurts.")

    def broken_off(step: str) -> None:
        if step == "Writing the bundle":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_bundle(Settings(home=built_home), broken_off)
    current = current_bundle(built_home / "var" / "bundles")
    assert current is not None
    assert load_bundle(current).id == small_bundle.name


def test_a_card_with_too_few_examples_is_named(small_home: Path) -> None:
    card_file(small_home, "pain").with_name("pain.examples.txt").unlink()
    text = card_file(small_home, "pain").read_text()
    front, rest = text.split("variants:\n", 1)
    card_file(small_home, "pain").write_text(front + rest[rest.index("sources:") :])
    with pytest.raises(
        Problem, match=r"The card 'pain' has too few questions and examples .*\(1; at least 5"
    ) as caught:
        build(small_home)
    assert caught.value.code is Code.CONTENT_INVALID


def test_a_calibration_question_of_a_card_that_is_gone_is_named(small_home: Path) -> None:
    with (small_home / "content" / "calibration" / "questions.jsonl").open("a") as file:
        file.write('{"text": "is it safe", "card": "is-it-safe"}\n')
    with pytest.raises(Problem, match=r"questions\.jsonl:\d+: there is no card 'is-it-safe'"):
        build(small_home)
