"""The loader: whatever stands in a file, it gives content or one `Problem` with file and line."""

from pathlib import Path

import pytest
from content_helpers import GOOD, Folder
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mesofaq.content import load_content
from mesofaq.content.cardfile import key_line, parse_yaml, split_card
from mesofaq.content.models import Card, CardSource, Review, ReviewStatus
from mesofaq.errors import Code, Problem

CARD = (GOOD / "cards/care/after-wash.md").read_text(encoding="utf-8")
FRONT = CARD.split("---\n")[1]
FILES = (
    "clinic.yml",
    "phrases.yml",
    "privacy.yml",
    "screening.yml",
    "screening_words.yml",
    "sources.yml",
    "triage.yml",
)
YAML_BITS = st.sampled_from(
    ["[", "]", "{", "}", ": ", "\n- ", "\n  ", "&a ", "*a", "!!int ", "!!bool ", "!!timestamp ", "2026-13-45", "<<: ",
     "? ", "| ", "> ", "\"", "'", "#", "%", "\t", "\u2028", "\x00", "\ud7ff", "null", "id", "review", "status", "on",
     "---\n", "...\n", "~", ".inf", "1e999", "0x", "\\ud800", "9:00"]
)  # fmt: skip


@pytest.fixture(scope="module")
def one_card(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Content with one card, quick to read again and again."""
    folder = tmp_path_factory.mktemp("one") / "content"
    (folder / "cards/care").mkdir(parents=True)
    for name in FILES:
        (folder / name).write_bytes((GOOD / name).read_bytes())
    return Folder(folder)


def loads(folder: Folder, data: bytes) -> None:
    path = folder.path / "cards/care/after-wash.md"
    path.write_bytes(data)
    lenient = load_content(folder.path, strict=False)
    problem = None
    try:
        load_content(folder.path)
    except Problem as raised:
        problem = raised
    if problem is None:
        assert all(len(card.version) == 12 for card in lenient.cards.values())
        return
    assert problem.code is Code.CONTENT_INVALID
    assert str(path) in problem.detail
    assert 1 <= problem.data["line"] <= len(data.decode("utf-8", "replace").splitlines()) + 1


quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quick
@given(st.binary(max_size=200))
@example(b"\xff\xfe")
@example(b"---\n---\n")
@example(b"---\r\nid: a\r\n---\r\n")
def test_arbitrary_bytes_in_a_card(one_card: Folder, data: bytes) -> None:
    loads(one_card, data)


@quick
@given(st.lists(st.one_of(YAML_BITS, st.text(max_size=8)), max_size=12).map("".join))
@example("a: 2026-13-45")
@example("a: !!int ''")
@example("a: !!bool maybe")
@example("a: !!timestamp x")
@example("[" * 1200)
@example("a: &a [*a]")
@example("1: 2")
@example("? [a]\n: b")
@example("on: 1")
def test_arbitrary_front_matter(one_card: Folder, front: str) -> None:
    loads(one_card, f"---\n{front}\n---\nText.\n".encode("utf-8", "surrogatepass"))


@quick
@given(
    st.sampled_from(["id", "question", "variants", "sources", "evidence", "see_also", "review", "body", "path", "zzz"]),
    st.lists(st.one_of(YAML_BITS, st.text(max_size=6)), max_size=6).map("".join),
)
@example("question", '"\\ud800"')
@example("review", "{status: approved, until: 99999-01-01}")
@example("body", "mine")
def test_one_arbitrary_value_in_a_good_card(one_card: Folder, key: str, value: str) -> None:
    lines = [line for line in FRONT.splitlines() if not line.startswith(f"{key}:")]
    front = "\n".join([*lines, f"{key}: {value}"])
    loads(one_card, f"---\n{front}\n---\nText.\n".encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("id: after-wash\n", "", 2, "id: it is missing"),
        ("status: draft", "status: done", 19, "review.status"),
        ("question: When", "body: mine\nquestion: When", 3, "'body' does not belong"),
        ("  where: Quick Tip;", "  were: Quick Tip;", 10, "sources.0.where: it is missing"),
        ("see_also: [cost]", "see_also: cost", 17, "see_also: it must be a list"),
        ("id: after-wash", "id: After Wash", 2, "only small letters"),
    ],
)
def test_a_wrong_value_is_named_with_its_line(folder: Folder, old: str, new: str, line: int, words: str) -> None:
    path = folder.change("after-wash.md", old, new)
    with pytest.raises(Problem) as caught:
        load_content(folder.path)
    assert caught.value.detail.startswith(f"{path}:{line}: ")
    assert words in caught.value.detail


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("text", [None, "", "[", "- a", "a: 1", "phrases:\nsources:\n", "a: 2026-13-45"])
def test_a_broken_file_is_one_problem(folder: Folder, name: str, text: str | None) -> None:
    if text is None:
        folder.file(name).unlink()
    else:
        folder.file(name).write_text(text, encoding="utf-8")
    if name == "triage.yml" and text in ("a: 1", "phrases:\nsources:\n"):
        return  # a mapping: its meaning is judged by lint, not by the loader
    with pytest.raises(Problem) as caught:
        load_content(folder.path, strict=False)
    assert caught.value.detail.startswith(f"{folder.path / name}:")


def test_a_second_card_with_the_same_id_is_refused_on_its_line(folder: Folder) -> None:
    folder.change("cost.md", "id: cost", "id: after-wash")
    content = load_content(folder.path, strict=False)
    assert [(error.path.name, error.line) for error in content.errors] == [("cost.md", 2)]
    assert "after-wash.md" in content.errors[0].message


def test_examples_that_are_not_utf8_are_named_by_their_own_file(folder: Folder) -> None:
    path = folder.file("cost.examples.txt")
    path.write_bytes(b"one\ntwo\n\xe9\n")
    error = load_content(folder.path, strict=False).errors[0]
    assert (error.path, error.line) == (path, 3)


def test_bare_words_and_times_of_yaml_are_what_they_look_like() -> None:
    assert parse_yaml("on: [yes, no, off, true, 9:00, 010, 12]") == {
        "on": ["yes", "no", "off", True, "9:00", "010", 12]
    }


def test_lines_of_keys() -> None:
    text = "a: 1\nb:\n- c: 2\n  d: 3\n- {c: 4,\n   d: 5}\n"
    assert [key_line(text, path) for path in (["a"], ["b"], ["b", 0, "d"], ["b", 1], ["b", 1, "d"])] == [1, 2, 4, 5, 6]
    assert key_line(text, ["b", 7]) == 2
    assert key_line(text, ["zzz"]) == 1
    assert key_line("", ["a"]) == 1


def test_the_body_starts_on_its_line() -> None:
    file = split_card("---\nid: a\n---\n\n\nText.\nMore.\n\n")
    assert file is not None
    assert (file.front, file.body, file.body_line) == ("id: a", "Text.\nMore.", 6)


PART = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SOURCES = st.lists(st.tuples(PART, PART), max_size=3)
CARDS = st.fixed_dictionaries({"question": PART, "body": PART, "evidence": PART, "sources": SOURCES})


def card(parts: dict[str, object], **unsigned: object) -> Card:
    sources = tuple(CardSource(source=source, where=where) for source, where in parts["sources"])  # type: ignore[attr-defined]
    rest = {"review": Review(status=ReviewStatus.DRAFT), "group": "g", "path": Path("x.md"), **unsigned}
    return Card.model_validate({"id": "x", **parts, "sources": sources, **rest})


@given(CARDS, CARDS)
@example(
    {"question": "q", "body": "b", "evidence": "e", "sources": [("a", "b\nc\td")]},
    {"question": "q", "body": "b", "evidence": "e", "sources": [("a", "b"), ("c", "d")]},
)
@example(
    {"question": "q\x1eb", "body": "", "evidence": "e", "sources": []},
    {"question": "q", "body": "b\x1e", "evidence": "e", "sources": []},
)
def test_cards_have_the_same_hash_only_when_every_signed_part_is_the_same(
    first: dict[str, object], second: dict[str, object]
) -> None:
    assert (card(first).text_sha256 == card(second).text_sha256) == (first == second)


@given(CARDS, st.sampled_from(["question", "body", "evidence", "sources", "id"]), PART)
def test_the_version_changes_with_each_signed_part(parts: dict[str, object], key: str, text: str) -> None:
    changed = {"id": "x", **parts}
    changed[key] = {"id": "y", "sources": [*parts["sources"], (text, text)]}.get(key, f"{changed[key]}{text}!")  # type: ignore[misc]
    assert card(parts).version != card(changed).version


@given(CARDS, st.lists(PART, max_size=3))
def test_the_version_stays_when_only_examples_or_the_review_change(parts: dict[str, object], texts: list[str]) -> None:
    review = Review(status=ReviewStatus.REVIEWED, by="Ada Byron")
    other = card(parts, examples=tuple(texts), review=review, see_also=tuple(texts))
    assert card(parts).version == other.version
