"""`mesofaq eval` with the real bundle."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result as Run

from mesofaq.chat.assistant import Assistant
from mesofaq.errors import Code, Problem
from mesofaq.evaluate.run import evaluate
from mesofaq.settings import Settings

CALIBRATION = "content/calibration/questions.jsonl"


@pytest.fixture
def sure(assistant: Assistant, tmp_path: Path) -> Path:
    """Two messages whose fate is certain: a card's own question, once with its card and once with another."""
    assert assistant.bundle is not None
    card = assistant.bundle.cards["pain"]
    path = tmp_path / "sure.jsonl"
    rows = [
        {"id": "fine", "text": card.question, "card": "pain", "voice": "direct"},
        {"id": "mislabelled", "text": f"{card.question}!", "card": "cost", "voice": "typos"},
        {"id": "red", "text": "I cannot breathe", "expect": "emergency"},
    ]
    rows = [{**row, "part": "held-back"} for row in rows]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_the_tables_show_counts_shares_bounds_and_each_wrong_answer_with_its_evidence(
    run: Callable[..., Run], assistant: Assistant, sure: Path
) -> None:
    done = run("eval", sure)
    assert done.exit_code == 0, done.output
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "Held back: nothing was tuned on these messages." in lines
    assert "right answered with the right card 1 50.0% 1.3% to 98.7%" in lines
    assert "wrong answered with another card 1 50.0% 1.3% to 98.7%" in lines
    assert "noticed noticed 1 100.0% 2.5% to 100.0%" in lines
    assert "Word for word among the bundle's own questions: 2 of 3." in lines
    assert assistant.bundle is not None
    question = assistant.bundle.cards["pain"].question
    told = lines[lines.index(f"mislabelled (held-back): {question}!") :]
    assert told[1] == "expected cost, got pain"
    assert told[2].startswith("best 0.99 pain, nearest question ")
    assert told[3].startswith("runner-up 0.")
    thresholds = assistant.bundle.thresholds
    assert f"thresholds: answer {thresholds.answer:.2f}, clarify {thresholds.clarify:.2f}" in told


def test_json_holds_the_same_figures(run: Callable[..., Run], sure: Path) -> None:
    document = json.loads(run("eval", sure, "--json").stdout)
    (part,) = document["parts"]
    assert (part["part"], part["tuned_on"], part["messages"]) == ("held-back", False, 3)
    groups = {group["group"]: group["results"] for group in part["groups"]}
    assert list(groups) == ["in-scope", "emergency", "must-hand-off"]
    assert groups["in-scope"]["right"] == {"count": 1, "of": 2, "rate": 0.5, "low": 0.0126, "high": 0.9874}
    (bad,) = document["bad"]
    assert (bad["id"], bad["expected"], bad["got"], bad["best"]["card"]) == ("mislabelled", "cost", "pain", "pain")
    assert bad["best"]["probability"] > bad["thresholds"]["answer"] > bad["runner_up"]["probability"]
    assert document["bars_not_reached"] == []


def test_a_bar_that_is_not_reached_fails_with_one_sentence(run: Callable[..., Run], sure: Path) -> None:
    reached = run("eval", sure, "--fail-under", "right=0.5", "--fail-over", "wrong=0.5")
    assert (reached.exit_code, "mesofaq:" in reached.stderr) == (0, False)
    broken = run("eval", sure, "--json", "--fail-under", "right=0.75", "--fail-over", "wrong=0.6")
    assert broken.exit_code == 1
    *_, said = broken.stderr.splitlines()
    assert said == "mesofaq: in-scope right is 0.500, under the bar of 0.75 (1 of 2 messages, held back)."
    assert json.loads(broken.stdout)["bars_not_reached"] == [said.removeprefix("mesofaq: ")]


def test_the_calibration_set_is_called_tuned_on_wherever_it_lies(
    bundle_settings: Settings, sure: Path, tmp_path: Path
) -> None:
    copied = tmp_path / "innocent.jsonl"
    first = (bundle_settings.home / CALIBRATION).read_text("utf-8").splitlines()[0]
    copied.write_text(json.dumps({**json.loads(first), "part": "held-back"}) + "\n", "utf-8")
    done = evaluate(bundle_settings, [copied, sure])
    assert [(summary.part, summary.messages) for summary in done.summaries] == [("held-back", 3), ("tune", 1)]


def test_a_line_without_a_part_is_a_development_message_and_never_called_held_back(
    run: Callable[..., Run], tmp_path: Path
) -> None:
    written = tmp_path / "today.jsonl"
    written.write_text(json.dumps({"text": "is there a tram stop near your door", "expect": "handoff"}) + "\n", "utf-8")
    done = run("eval", written)
    assert "Development: nothing was fitted on these messages" in done.stdout
    assert "Held back" not in done.stdout


def test_the_figures_alone_tell_of_no_message(run: Callable[..., Run], sure: Path) -> None:
    table, document = (run("eval", sure, "--only-figures", *more).stdout for more in ((), ("--json",)))
    for told in (table, document):
        assert "must-hand-off" in told
        assert "mislabelled" not in told
        assert "typos" not in told
    assert run("eval", sure, "--only-figures", "--html", "report.html").exit_code == 2


def test_what_is_being_done_is_told_beside_the_figures(run: Callable[..., Run], sure: Path) -> None:
    done = run("eval", sure, "--json")
    assert done.stderr == "Understanding 3 messages …\n"
    json.loads(done.stdout)


def test_a_part_can_be_chosen(run: Callable[..., Run], sure: Path) -> None:
    assert run("eval", sure, "--part", "held-back").exit_code == 0
    none = run("eval", sure, "--part", "tune")
    assert isinstance(none.exception, Problem)
    assert "There is no message of the part 'tune'" in none.exception.detail
    assert run("eval", sure, "--part", "some").exit_code == 2


def test_the_report_is_written_and_a_place_where_it_cannot_be_is_named(
    run: Callable[..., Run], sure: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.html"
    assert run("eval", sure, "--html", report).exit_code == 0
    assert "mislabelled" in report.read_text("utf-8")
    nowhere = run("eval", sure, "--html", tmp_path / "nowhere" / "report.html")
    assert isinstance(nowhere.exception, Problem)
    assert "cannot be written" in nowhere.exception.detail


def test_without_a_bundle_it_says_what_to_do(bundle_settings: Settings, sure: Path, tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        evaluate(bundle_settings.model_copy(update={"var_dir": tmp_path}), [sure])
    assert caught.value.code is Code.BUNDLE_MISSING
    assert "mesofaq content build" in caught.value.detail


@pytest.mark.parametrize("name", ["faq_dev", "out_of_scope_dev"])
def test_the_development_sets_can_be_judged(bundle_settings: Settings, name: str) -> None:
    path = bundle_settings.home / "tests" / "eval" / f"{name}.jsonl"
    done = evaluate(bundle_settings, [path])
    lines = [line for line in path.read_text("utf-8").splitlines() if line.strip()]
    assert len(done.judged) == sum(summary.messages for summary in done.summaries) == len(lines)
