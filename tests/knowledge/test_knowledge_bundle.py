import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from knowledge_helpers import flip_a_byte, lend_bundle, point_to, seal

from mesofaq.content.models import Card, Review, ReviewStatus
from mesofaq.errors import Code, Problem
from mesofaq.knowledge.bundle import FORMAT, PARTS, Bundle, current_bundle, load_bundle
from mesofaq.knowledge.examples import OUTSIDE

TODAY = date(2026, 11, 22)


def _problem(bundle: Path, code: Code = Code.BUNDLE_DAMAGED) -> str:
    """The one sentence for which a bundle is refused."""
    with pytest.raises(Problem) as caught:
        load_bundle(bundle)
    assert caught.value.code is code
    sentence, advice = caught.value.detail.split(". ", 1)
    assert advice == "Run 'mesofaq content build' (or 'make up') to make it anew."
    return sentence


@pytest.fixture(scope="module")
def light_bundle(small_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that is whole by its hashes, with a tiny encoder that cannot be loaded: quick to judge."""
    lent = lend_bundle(small_bundle, tmp_path_factory.mktemp("light"))
    (lent / "encoder.onnx").unlink()
    (lent / "encoder.onnx").write_bytes(b"no encoder at all")
    return seal(lent)


@pytest.fixture(scope="module")
def loaded(small_bundle: Path) -> Bundle:
    return load_bundle(small_bundle)


def test_a_bundle_is_loaded_whole(loaded: Bundle) -> None:
    assert loaded.id == loaded.folder.name
    assert sorted(loaded.cards) == ["after-wash", "cost", "history", "pain"]
    acts = {label for label in loaded.labels if label.startswith("act:")}
    assert acts == {"act:affirm", "act:deny", "act:greet", OUTSIDE}
    assert {entry.label for entry in loaded.entries} == set(loaded.labels)
    assert loaded.sources[loaded.cards["pain"].sources[0].source].title


def test_only_wordings_that_patients_are_shown_are_marked_so(loaded: Bundle) -> None:
    shown = {entry.text for entry in loaded.entries if entry.shown}
    assert shown == {question for card in loaded.cards.values() for question in card.questions}


@pytest.mark.parametrize("part", PARTS)
def test_one_changed_byte_in_a_part_is_found_and_the_part_named(light_bundle: Path, tmp_path: Path, part: str) -> None:
    lent = lend_bundle(light_bundle, tmp_path, own=(part,))
    flip_a_byte(lent / part)
    assert _problem(lent) == f"Part '{part}' of bundle '{lent.name}' is not what was built"


@pytest.mark.parametrize("part", PARTS)
def test_a_missing_part_is_named(light_bundle: Path, tmp_path: Path, part: str) -> None:
    lent = lend_bundle(light_bundle, tmp_path)
    (lent / part).unlink()
    assert _problem(lent) == f"Bundle '{lent.name}' lacks its part '{part}'"


def test_a_missing_bundle_is_a_problem_of_its_own(tmp_path: Path) -> None:
    assert _problem(tmp_path / "0123", Code.BUNDLE_MISSING) == "There is no knowledge bundle in '0123'"


def test_an_unreadable_manifest_is_a_problem(light_bundle: Path, tmp_path: Path) -> None:
    lent = lend_bundle(light_bundle, tmp_path)
    (lent / "manifest.json").write_bytes(b"\xff{")
    assert _problem(lent) == f"The manifest of bundle '{lent.name}' is unreadable"


@pytest.mark.parametrize("manifest", [{"format": 99}, {}, []])
def test_a_bundle_of_another_format_is_refused(light_bundle: Path, tmp_path: Path, manifest: object) -> None:
    lent = lend_bundle(light_bundle, tmp_path)
    (lent / "manifest.json").write_text(json.dumps(manifest))
    assert _problem(lent) == f"Bundle '{lent.name}' has another format than {FORMAT}"


@pytest.mark.parametrize("key", ["id", "parts"])
def test_a_manifest_whose_id_is_not_that_of_its_parts_is_refused(light_bundle: Path, tmp_path: Path, key: str) -> None:
    lent = lend_bundle(light_bundle, tmp_path)
    manifest = json.loads((lent / "manifest.json").read_text())
    del manifest[key]
    (lent / "manifest.json").write_text(json.dumps(manifest))
    assert _problem(lent) == f"The manifest of bundle '{lent.name}' is not what was built"


def _without_questions(part: dict[str, Any]) -> None:
    for card in part["cards"]:
        del card["question"]


def _with_an_unknown_label(part: dict[str, Any]) -> None:
    part["entries"][0]["label"] = "card:of-the-future"


def _with_another_threshold(part: dict[str, Any]) -> None:
    part["thresholds"]["guess"] = 0.5


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("cards.json", _without_questions),
        ("entries.json", _with_an_unknown_label),
        ("decision.json", _with_another_threshold),
    ],
)
def test_a_whole_bundle_of_another_version_is_a_problem_and_no_crash(
    small_bundle: Path, tmp_path: Path, part: str, change: Callable[[dict[str, Any]], None]
) -> None:
    lent = lend_bundle(small_bundle, tmp_path, own=("manifest.json", part))
    data = json.loads((lent / part).read_text())
    change(data)
    (lent / part).write_text(json.dumps(data))
    lent = seal(lent)
    assert _problem(lent) == f"Bundle '{lent.name}' was built by another version of MesoFAQ"


def test_the_current_bundle_is_the_one_pointed_to(tmp_path: Path) -> None:
    assert current_bundle(tmp_path) is None
    point_to(tmp_path, "0123")
    assert current_bundle(tmp_path) == tmp_path / "0123"


def test_a_pointer_that_is_no_text_leads_to_no_bundle(tmp_path: Path) -> None:
    (tmp_path / "CURRENT").write_bytes(b"\xff\xfe")
    current = current_bundle(tmp_path)
    assert current is not None
    assert not current.exists()


def _signed(card: Card, status: ReviewStatus, until: date | None, *, words_changed: bool = False) -> Card:
    text_sha256 = "0" * 64 if words_changed else card.text_sha256
    review = Review(status=status, by="Dr. Test", on=date(2026, 1, 1), until=until, text_sha256=text_sha256)
    return card.model_copy(update={"review": review})


APPROVED = ReviewStatus.APPROVED


@pytest.mark.parametrize(
    ("review", "today", "servable"),
    [
        pytest.param({"status": APPROVED, "until": TODAY}, TODAY, True, id="approved-until-today"),
        pytest.param({"status": APPROVED, "until": TODAY}, TODAY - timedelta(days=30), True, id="approved"),
        pytest.param({"status": APPROVED, "until": TODAY}, TODAY + timedelta(days=1), False, id="ended-yesterday"),
        pytest.param({"status": APPROVED, "until": None}, TODAY, False, id="approved-without-an-end"),
        pytest.param({"status": APPROVED, "until": TODAY, "words_changed": True}, TODAY, False, id="other-words"),
        pytest.param({"status": ReviewStatus.REVIEWED, "until": TODAY}, TODAY, False, id="only-reviewed"),
        pytest.param({"status": ReviewStatus.DRAFT, "until": TODAY}, TODAY, False, id="draft"),
    ],
)
def test_in_production_a_card_is_served_only_while_its_approval_holds(
    loaded: Bundle, review: dict[str, Any], today: date, servable: bool
) -> None:
    card = _signed(loaded.cards["pain"], **review)
    assert loaded.servable(card, production=True, today=today) is servable


def test_in_development_a_draft_is_served(loaded: Bundle) -> None:
    assert all(loaded.servable(card, production=False, today=TODAY) for card in loaded.cards.values())
