from pathlib import Path

import numpy as np
import pytest

from mesofaq.errors import Code, Problem
from mesofaq.knowledge.index import QuestionIndex

EAST = np.array([1, 0], dtype=np.float32)


def _at(*degrees: float) -> np.ndarray:
    """Unit vectors at these angles from EAST."""
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def _cos(degrees: float) -> float:
    return float(np.cos(np.radians(degrees)))


def test_the_nearest_rows_come_first_with_their_cosines() -> None:
    index = QuestionIndex.of(_at(90, 0, 60, 180), np.zeros(4, dtype=np.int64), 1)
    assert index.search(EAST, 3) == [(1, pytest.approx(1)), (2, pytest.approx(0.5)), (0, pytest.approx(0, abs=1e-6))]


def test_asking_for_more_rows_than_there_are_gives_those_there_are() -> None:
    index = QuestionIndex.of(_at(0, 60), np.zeros(2, dtype=np.int64), 1)
    assert [row for row, _ in index.search(EAST, 10)] == [0, 1]


def test_nearness_is_the_mean_of_a_labels_three_nearest_questions() -> None:
    index = QuestionIndex.of(_at(0, 30, 60, 80, 90), np.array([0, 0, 0, 0, 1]), 2)
    assert index.nearness(EAST)[0] == pytest.approx((_cos(0) + _cos(30) + _cos(60)) / 3)


def test_a_label_with_fewer_questions_is_filled_up_with_the_last_cosine() -> None:
    index = QuestionIndex.of(_at(0, 30, 40, 60), np.array([0, 1, 1, 1]), 2)
    assert index.nearness(EAST)[0] == pytest.approx((_cos(0) + 2 * _cos(60)) / 3)


def test_a_label_beyond_the_64_nearest_is_as_near_as_the_last_of_them() -> None:
    near = np.linspace(1, 64, 64)
    index = QuestionIndex.of(_at(*near, 170), np.array([0] * 64 + [1]), 3)
    assert index.nearness(EAST)[1:] == pytest.approx([_cos(64), _cos(64)])


def test_of_many_labels_nearly_all_of_the_nearest_rows_are_found() -> None:
    random = np.random.default_rng(3)
    labels = np.repeat(np.arange(60), 40)
    vectors = random.normal(size=(60, 32))[labels] + 0.7 * random.normal(size=(len(labels), 32))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    index = QuestionIndex.of(vectors, labels, 60)
    asked = vectors[::97]
    exact = [set(np.argsort(-(vectors @ vector))[:64].tolist()) for vector in asked]
    found = [{row for row, _ in index.neighbours(vector)} for vector in asked]
    assert [index.search(vector, 1)[0][0] for vector in asked] == list(range(0, len(labels), 97))
    assert np.mean([len(one & other) / 64 for one, other in zip(exact, found, strict=True)]) > 0.9


def test_an_index_that_was_written_is_read_again(tmp_path: Path) -> None:
    labels = np.array([0, 1, 1])
    written = QuestionIndex.of(_at(0, 45, 90), labels, 2)
    written.write(tmp_path / "index.faiss")
    read = QuestionIndex.read(tmp_path / "index.faiss", labels, 2)
    assert read.search(EAST, 3) == written.search(EAST, 3)


def test_a_file_that_is_no_index_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "index.faiss").write_bytes(b"no index at all")
    with pytest.raises(Problem, match=r"The index cannot be read\.") as caught:
        QuestionIndex.read(tmp_path / "index.faiss", np.zeros(1, dtype=np.int64), 1)
    assert caught.value.code is Code.BUNDLE_DAMAGED


def test_an_index_of_other_questions_is_a_problem(tmp_path: Path) -> None:
    QuestionIndex.of(_at(0, 45), np.array([0, 1]), 2).write(tmp_path / "index.faiss")
    with pytest.raises(Problem, match=r"The index does not fit its labels\.") as caught:
        QuestionIndex.read(tmp_path / "index.faiss", np.array([0, 1, 1]), 2)
    assert caught.value.code is Code.BUNDLE_DAMAGED
