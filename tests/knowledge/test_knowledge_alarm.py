import json
from pathlib import Path

import numpy as np
import pytest

from mesofaq.errors import Code, Problem
from mesofaq.knowledge.alarm import AlarmCosts, choose_alarm, choose_blend, read_triage_set


def _opinion(emergency: float, person: float = 0.0) -> dict[str, float]:
    return {"emergency": emergency, "complication": person, "ordinary": 1 - emergency - person}


CLEAR = [(_opinion(0.9), "emergency"), (_opinion(0.8), "emergency"), (_opinion(0.1), "not_emergency")]


def test_an_emergency_is_raised_and_a_near_miss_is_not() -> None:
    alarm = choose_alarm(*zip(*CLEAR, strict=True))
    assert 0.1 < alarm.emergency <= 0.8


def test_what_is_between_the_two_is_asked_about() -> None:
    doubtful = [(_opinion(0.3), "emergency")] * 2 + [(_opinion(0.3), "not_emergency")] * 4
    alarm = choose_alarm(*zip(*CLEAR, *doubtful, strict=True))
    assert alarm.ask_if_now <= 0.3 < alarm.emergency


def test_a_dearer_miss_lowers_the_threshold() -> None:
    mixed = [*CLEAR, (_opinion(0.3), "emergency"), *[(_opinion(0.3), "not_emergency")] * 3]
    opinions, truth = zip(*mixed, strict=True)
    calm = choose_alarm(opinions, truth, AlarmCosts(missed=0.1, asked_in_an_emergency=0.1))
    anxious = choose_alarm(opinions, truth, AlarmCosts(missed=90, asked_in_an_emergency=90))
    assert anxious.emergency <= 0.3 < calm.emergency


def test_a_near_miss_weighs_as_much_as_all_ordinary_questions() -> None:
    doubtful = [(_opinion(0.3), "emergency"), *[(_opinion(0.3), "not_emergency")] * 9]
    many = [(_opinion(0.01), "ordinary")] * 500
    few = [(_opinion(0.01), "ordinary")] * 2
    assert choose_alarm(*zip(*CLEAR, *doubtful, *many, strict=True)) == choose_alarm(
        *zip(*CLEAR, *doubtful, *few, strict=True)
    )


def test_the_n_grams_count_where_they_tell_danger_from_the_rest() -> None:
    names = ("emergency", "ordinary")
    blind = np.zeros((4, 2), dtype=np.float32)
    telling = np.array([[3, 0], [3, 0], [0, 3], [0, 3]], dtype=np.float32)
    truth = ["emergency", "emergency", "ordinary", "not_emergency"]
    assert choose_blend(blind, telling, truth, names).lexical > 0
    assert choose_blend(telling, -telling, truth, names).lexical == 0


def test_without_emergencies_to_learn_from_only_the_vector_counts() -> None:
    scores = np.zeros((1, 1), dtype=np.float32)
    assert choose_blend(scores, scores, ["ordinary"], ("ordinary",)).lexical == 0


def test_a_person_is_called_where_questions_are_not_taken_for_it() -> None:
    people = [(_opinion(0, 0.7), "complication"), (_opinion(0, 0.6), "complication"), (_opinion(0, 0.2), "ordinary")]
    alarm = choose_alarm(*zip(*CLEAR, *people, strict=True))
    assert 0.2 < alarm.person <= 0.6


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("no JSON", r"triage\.jsonl:2: each line is a JSON object with 'text' and 'triage'"),
        (json.dumps({"text": "help", "triage": "urgent"}), r"triage\.jsonl:2: 'triage' is 'urgent'; it can be emerg"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "triage.jsonl").write_text(json.dumps({"text": "help", "triage": "emergency"}) + f"\n{line}\n")
    with pytest.raises(Problem, match=message) as caught:
        read_triage_set(tmp_path)
    assert caught.value.code is Code.CONTENT_INVALID
