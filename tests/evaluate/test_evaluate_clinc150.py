"""CLINC150: reading its file, and the whole measurement on four intents with few messages."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result as Run
from typer.testing import CliRunner

import mesofaq.cli.clinc150  # noqa: F401  registers its command
from mesofaq.cli import app
from mesofaq.errors import Code, Problem
from mesofaq.evaluate.clinc150 import Share, measure, read
from mesofaq.knowledge.tune import Plan

_ASKED = {
    "weather": ("is it going to rain", "how warm will it get", "will it snow", "what is the forecast"),
    "alarm": ("wake me at six", "set an alarm for nine", "make an alarm for noon", "i need an alarm at ten"),
    "balance": ("how much money is in my account", "what is my bank balance", "show my balance", "how much do i have"),
    "joke": ("tell me a joke", "say something funny", "make me laugh", "do you know a good joke"),
}
_WHEN = ("today", "tomorrow", "please", "now", "on monday", "in the morning")
_OUTSIDE = ("who wrote hamlet", "how tall is the tower", "why do cats purr", "where is the nearest zoo")


def _rows(ends: tuple[str, ...]) -> list[list[str]]:
    return [[f"{text} {end}", intent] for intent, texts in _ASKED.items() for text in texts for end in ends]


def _outside(ends: tuple[str, ...]) -> list[list[str]]:
    return [[f"{text} {end}", "oos"] for text in _OUTSIDE for end in ends]


def _document() -> dict[str, Any]:
    return {
        "train": _rows(_WHEN[:4]),
        "val": _rows(_WHEN[4:5]),
        "test": _rows(_WHEN[5:]),
        "oos_train": _outside(_WHEN[:4]),
        "oos_val": _outside(_WHEN[4:5]),
        "oos_test": _outside(_WHEN[5:]),
    }


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "clinc150.json"
    path.write_text(json.dumps(_document()))
    return path


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Run a command of the program where there is no bundle."""
    monkeypatch.setenv("MESOFAQ_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "120")
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


def _refused(path: Path) -> Problem:
    with pytest.raises(Problem) as caught:
        read(path)
    return caught.value


def test_all_six_lists_are_read(data: Path) -> None:
    found = read(data)
    assert [len(rows) for rows in (found.train, found.val, found.test)] == [64, 16, 16]
    assert [len(rows) for rows in (found.oos_train, found.oos_val, found.oos_test)] == [16, 4, 4]
    assert found.train[0] == ("is it going to rain today", "weather")


def test_a_missing_file_says_which_file_is_meant(tmp_path: Path) -> None:
    problem = _refused(tmp_path / "none.json")
    assert problem.code == Code.NOT_FOUND
    assert "--data" in problem.detail


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe\x00", b""])
def test_a_file_that_is_no_json_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "clinc150.json"
    path.write_bytes(content)
    assert "cannot be read as JSON" in _refused(path).detail


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"oos_val": None}, "'oos_val' must be a list"),
        ({"test": []}, "'test' must be a list"),
        ({"train": [["one", "a"], ["two"]]}, "number 2 of 'train' must be [text, intent]"),
        ({"val": [["one", 1]]}, "number 1 of 'val' must be [text, intent]"),
        ({"oos_test": [[" ", "oos"]]}, "number 1 of 'oos_test' must be [text, intent]"),
        ({"test": [["one", "weather"], ["secret words", "juggling"]]}, "'test' has intents"),
    ],
)
def test_a_list_that_is_wrong_is_named(data: Path, change: dict[str, Any], sentence: str) -> None:
    data.write_text(json.dumps(_document() | change))
    problem = _refused(data)
    assert problem.code == Code.CONTENT_INVALID
    assert sentence in problem.detail
    assert "secret words" not in problem.detail


def test_json_that_is_no_object_is_refused(data: Path) -> None:
    data.write_text("[1, 2]")
    assert "must be an object of six lists" in _refused(data).detail


def test_a_share_has_exact_bounds() -> None:
    low, high = Share(9, 10).bounds
    assert (round(low, 3), round(high, 3)) == (0.555, 0.997)


@pytest.mark.build
def test_the_engine_learns_four_intents_and_is_tuned_once(data: Path, tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers", reason="the build dependencies are not installed")
    said: list[str] = []
    plan = Plan(passes=3, batch=16)
    val, test = measure(read(data), tmp_path / "cache", said.append, plan)
    assert (val.part, test.part) == ("val", "test")
    assert val.threshold == test.threshold
    assert (test.accuracy.total, test.recall_at_threshold.total) == (16, 4)
    assert test.accuracy.value >= 0.9
    assert test.area.value >= 0.9
    assert any("tune" in line for line in said)
    said.clear()
    assert measure(read(data), tmp_path / "cache", said.append, plan) == (val, test)
    assert not any("tune" in line for line in said)


def test_the_command_prints_a_table_or_json(
    run: Callable[..., Run], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mesofaq.evaluate import clinc150 as module
    from mesofaq.evaluate.clinc150 import Result
    from mesofaq.evaluate.rejection import Area

    found = Result("val", Share(97, 100), Area(0.98, 0.97, 0.99), Share(95, 100), Share(8, 10), 1.25)
    worse = Result("test", Share(96, 100), Area(0.98, 0.97, 0.99), Share(95, 100), Share(8, 10), 1.25)
    monkeypatch.setattr(module, "measure", lambda *arguments: (found, worse))
    printed = run("bench", "clinc150", "--data", data).stdout
    assert "96.0 % (90.1 to 98.9)" in printed
    assert "0.980 (0.970 to 0.990)" in printed
    assert "Not both bars are reached on test." in printed
    document = json.loads(run("bench", "clinc150", "--data", data, "--json").stdout)
    assert document["val"]["passed"]
    assert not document["test"]["passed"]
    assert document["test"]["accuracy"]["count"] == 96


def test_what_is_no_name_of_a_measurement_is_a_file_of_the_speed(run: Callable[..., Run]) -> None:
    done = run("bench", "questions.jsonl", "--users", "x")
    assert isinstance(done.exception, Problem)
    assert "no list of users" in done.exception.detail
    assert "clinc150" in run("bench", "--help").stdout
