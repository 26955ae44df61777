"""The figures of the pre-screening: counted, held against bars, as tables and as JSON; and the command."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result as Run
from evaluate_helpers import INTRO, says
from persona_helpers import ALLERGY, HEART, LINE, REVIEW, missed, part_of, persona, right, talk, write
from rich.console import Console

import mesofaq.evaluate.screening_run as run_module
from mesofaq.errors import Code, Problem
from mesofaq.evaluate.cases import Part
from mesofaq.evaluate.screening_bars import check_screening
from mesofaq.evaluate.screening_play import Played
from mesofaq.evaluate.screening_run import ScreeningPart, evaluate_screening
from mesofaq.evaluate.screening_tables import as_screening_document, print_screening
from mesofaq.settings import Settings


def _counts(*played: Played) -> dict[str, tuple[int, int]]:
    return {figure.name: (figure.count, figure.of) for figure in part_of(*played).figures}


def test_each_figure_is_counted_over_all_personas() -> None:
    chat = {"at": "heart", "says": "lovely weather", "kind": "chat"}
    busy = persona(id="p3", interrupts=[chat], volunteered=["allergy"])
    third, _ = talk(busy, [says("Hello!")], [INTRO, ALLERGY], [HEART], [HEART], [HEART], [REVIEW])
    counts = _counts(right(), missed(), third)
    assert counts["exact"] == (2, 3)
    assert counts["missed"] == (1, 3)
    assert counts["asked-again"] == (1, 1)
    assert counts["interruptions"] == (1, 1)
    assert counts["by-card"] == (0, 0)
    assert counts["started"] == (2, 3)
    assert counts["repeated"] == (1, 7)


def test_an_interruption_that_was_never_come_to_counts_as_not_dealt_with() -> None:
    question = {"at": "heart", "says": "does it hurt?", "kind": "question", "card": "pain"}
    played, _ = talk(persona(interrupts=[question]), [INTRO, ALLERGY], [REVIEW])
    assert _counts(played)["interruptions"] == (0, 1)


def test_a_figure_of_nothing_has_reached_and_missed_no_bar() -> None:
    figures = {figure.name: figure for figure in part_of(right()).figures}
    assert (figures["asked-again"].share, figures["asked-again"].reached) == (0.0, None)
    assert (figures["exact"].reached, figures["started"].reached) == (True, None)


PARTS = [part_of(right(), missed()), part_of(right(), part=Part.TUNE)]


@pytest.mark.parametrize(
    ("under", "over"),
    [
        (["screening.exact=0.5"], []),
        ([], ["screening.missed=0.5"]),
        (["screening.started=1"], ["screening.repeated=0"]),
        ([], []),
    ],
)
def test_bars_that_are_reached_say_nothing(under: list[str], over: list[str]) -> None:
    assert check_screening(under, over, PARTS) == []


def test_a_bar_that_is_not_reached_is_told_with_its_count_of_the_surest_part() -> None:
    under, over = check_screening(["screening.exact=0.97"], ["screening.missed=0"], PARTS)
    assert under == "result and flags exactly right: 50.0% (1 of 2), and it must be at least 97.0%."
    assert over == "stated contraindications missed: 50.0% (1 of 2), and it must be at most 0.0%."


@pytest.mark.parametrize(
    "text", ["screening.exact", "screening.exact=", "screening.exact=most", "screening.exact=97", "screening.exact=nan"]
)
def test_a_bar_that_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(Problem, match="write a share") as caught:
        check_screening([text], [], PARTS)
    assert caught.value.code is Code.INVALID_REQUEST


def test_a_bar_of_a_figure_that_there_is_not_is_refused_and_told_which_there_are() -> None:
    with pytest.raises(Problem, match=r"exact, missed, asked-again"):
        check_screening([], ["screening.wrong=0"], PARTS)


def test_a_bar_over_nothing_does_not_pass_for_that() -> None:
    with pytest.raises(Problem, match="Nothing was played that 'asked-again' counts"):
        check_screening([], ["screening.asked-again=0.03"], PARTS)


def _printed(*, only_figures: bool) -> str:
    console = Console(width=120, record=True, quiet=False, file=None)
    with console.capture() as captured:
        print_screening(console, PARTS, only_figures=only_figures)
    return captured.get()


def test_the_table_shows_shares_bounds_and_bars_of_each_part() -> None:
    lines = [" ".join(line.split()) for line in _printed(only_figures=True).splitlines()]
    assert "Pre-screening, 2 personas, held-back: Held back: nothing was tuned on these messages." in lines
    assert "result and flags exactly right 50.0% 1/2 1.3% to 98.7% ≥ 97%, missed" in lines
    assert "stated contraindications missed 50.0% 1/2 1.3% to 98.7% ≤ 0%, missed" in lines
    assert "items asked although volunteered 0.0% 0/0 - ≤ 3%" in lines
    assert "openings that began the questions 100.0% 2/2 15.8% to 100.0%" in lines
    assert any(line.startswith("Pre-screening, 1 personas, tune:") for line in lines)


def test_the_table_tells_what_became_of_each_persona_that_went_wrong() -> None:
    told = _printed(only_figures=False)
    assert "p2" in told
    assert "missed: heart" in told
    assert "a stent in 2019" in told
    assert "p1" not in told


def test_json_holds_the_same_figures_and_who_went_wrong() -> None:
    held_back, tune = json.loads(json.dumps(as_screening_document(PARTS, only_figures=False)))
    assert (held_back["part"], held_back["personas"], tune["part"]) == ("held-back", 2, "tune")
    exact = held_back["figures"]["exact"]
    assert (exact["share"], exact["count"], exact["of"], exact["reached"]) == (0.5, 1, 2, False)
    (wrong,) = held_back["wrong"]
    assert (wrong["id"], wrong["expected"], wrong["got"]) == ("p2", ["review", ["heart"]], ["no_flags", []])
    assert wrong["missed"] == ["heart"]
    assert tune["wrong"] == []


def test_the_figures_alone_tell_of_no_message_and_no_persona() -> None:
    document = as_screening_document(PARTS, only_figures=True)
    for told in (_printed(only_figures=True), json.dumps(document)):
        assert "exact" in told
        for private in ("p2", "stent", "Can you check me?", "nope"):
            assert private not in told


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What `evaluate_screening` was asked for, instead of playing it."""
    calls: list[dict[str, Any]] = []

    def instead(_: Settings, files: Sequence[Path], **more: Any) -> list[ScreeningPart]:
        calls.append({"files": list(files), **more})
        return PARTS

    monkeypatch.setattr(run_module, "evaluate_screening", instead)
    return calls


def test_screening_stands_for_the_personas_of_the_checkout(
    run: Callable[..., Run], bundle_settings: Settings, played: list[dict[str, Any]]
) -> None:
    done = run("eval", "screening", "--part", "tune", "--only-figures", "--service", "http://127.0.0.1:8000")
    assert done.exit_code == 0, done.output
    (call,) = played
    assert call["files"] == [bundle_settings.home / "tests" / "eval" / "screening.jsonl"]
    assert (call["part"], call["service"]) == (Part.TUNE, "http://127.0.0.1:8000")
    assert "p2" not in done.stdout


def test_a_file_of_personas_is_played_and_its_bars_are_held(
    run: Callable[..., Run], played: list[dict[str, Any]], tmp_path: Path
) -> None:
    file = write(tmp_path / "mine.jsonl", LINE)
    done = run("eval", file, "--json", "--fail-under", "screening.exact=0.97", "--fail-over", "screening.missed=0.5")
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        "mesofaq: result and flags exactly right: 50.0% (1 of 2), and it must be at least 97.0%."
    ]
    assert [part["part"] for part in json.loads(done.stdout)["screening"]] == ["held-back", "tune"]
    assert [call["files"] for call in played] == [[file]]


@pytest.mark.usefixtures("played")
@pytest.mark.parametrize(
    ("line", "bar"), [(LINE, "right=0.75"), ({"text": "does it hurt", "card": "pain"}, "screening.exact=0.97")]
)
def test_a_bar_about_files_that_were_not_named_does_not_pass(
    run: Callable[..., Run], tmp_path: Path, line: dict[str, Any], bar: str
) -> None:
    done = run("eval", write(tmp_path / "set.jsonl", line), "--fail-under", bar)
    assert isinstance(done.exception, Problem)
    assert "must not pass for that" in done.exception.detail


def test_a_part_of_which_there_is_no_persona_is_an_error(bundle_settings: Settings, tmp_path: Path) -> None:
    from mesofaq.content.loader import load_content

    items = load_content(bundle_settings.content).screening.items
    file = write(tmp_path / "set.jsonl", {**LINE, "says": {item.id: "no" for item in items}})
    with pytest.raises(Problem, match="There is no persona of that part"):
        evaluate_screening(bundle_settings, [file], part=Part.HELD_BACK)
