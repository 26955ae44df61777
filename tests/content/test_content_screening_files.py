"""The health questions as they are read: two files into one protocol, and its version."""

import copy
from datetime import date
from typing import Any

import pytest
from content_helpers import GOOD, Folder
from content_screening_cases import NEW_ITEM, PROTOCOL, WHY, WORDS, item_removed, words_of_no_item
from hypothesis import given
from hypothesis import strategies as st

from mesofaq.content import load_content
from mesofaq.content.models import ReviewStatus
from mesofaq.content.screening import ScreeningItem, ScreeningProtocol, Words
from mesofaq.errors import Problem

SAVED = load_content(GOOD).screening


def version(folder: Folder) -> str:
    return load_content(folder.path).screening.version


def test_words_are_read_into_their_item(folder: Folder) -> None:
    assert load_content(folder.path).screening.item("heart").words.lasting == ("stent", "pacemaker")


def test_an_item_without_words_of_its_own_has_none(folder: Folder) -> None:
    folder.append(PROTOCOL, NEW_ITEM)
    assert load_content(folder.path).screening.item("epilepsy").words == Words()


def test_a_past_that_is_not_written_counts(folder: Folder) -> None:
    folder.append(PROTOCOL, NEW_ITEM)
    assert load_content(folder.path).screening.item("epilepsy").past == "flagged"


def test_words_for_an_item_that_does_not_exist_are_refused(folder: Folder) -> None:
    path, line = words_of_no_item(folder)
    with pytest.raises(Problem) as caught:
        load_content(folder.path)
    assert caught.value.detail == (
        f"{path}:{line}: there is no item 'dragons' in {PROTOCOL}. "
        "Correct its id, add the item there, or remove its words."
    )


def test_a_removed_item_whose_words_stayed_says_so(folder: Folder) -> None:
    words = folder.file(WORDS).read_text("utf-8")
    item_removed(folder)
    folder.file(WORDS).write_text(words, encoding="utf-8")
    (found,) = folder.lint()
    assert (found.path, found.line) == (folder.path / WORDS, folder.line(WORDS, "chemotherapy:"))
    assert "remove its words" in found.message


def test_an_item_with_a_wrong_id_is_named_in_its_own_file(folder: Folder) -> None:
    folder.change(PROTOCOL, "- id: heart\n", "- id: Heart\n")
    (found,) = folder.lint()
    assert (found.path, found.line) == (folder.path / PROTOCOL, folder.line(PROTOCOL, "id: Heart"))


@pytest.mark.parametrize(
    ("old", "new", "start", "words"),
    [
        ("passing: [hepatitis a]", "passes: [hepatitis a]", "passes:", "items.liver.passes: there is no such key"),
        ("passing: [hepatitis a]", "passing: hepatitis a", "passing:", "items.liver.passing: it must be a list"),
        ("passing: [hepatitis a]", "passing: [12]", "passing:", "items.liver.passing.0: it must be a text"),
    ],
)
def test_word_lists_of_another_form_are_refused_on_their_line(
    folder: Folder, old: str, new: str, start: str, words: str
) -> None:
    path = folder.change(WORDS, old, new)
    with pytest.raises(Problem) as caught:
        load_content(folder.path)
    assert caught.value.detail.startswith(f"{path}:{folder.line(WORDS, start)}: {words}")


@pytest.mark.parametrize(
    ("old", "new", "start"),
    [
        ("intro: ", 'version: "1"\nintro: ', "version:"),
        ("card: diabetes\n", "card: diabetes\n  mentions: [insulin]\n", "mentions:"),
    ],
)
def test_what_the_old_format_had_is_refused_on_its_line(folder: Folder, old: str, new: str, start: str) -> None:
    path = folder.change(PROTOCOL, old, new)
    with pytest.raises(Problem) as caught:
        load_content(folder.path)
    assert caught.value.detail.startswith(f"{path}:{folder.line(PROTOCOL, start)}: ")
    assert "there is no such key here" in caught.value.detail


def test_the_version_changes_with_a_word_of_the_other_file(folder: Folder) -> None:
    before = version(folder)
    folder.change(WORDS, "unlike: [kidney beans]", "unlike: [kidney beans, kidney bean]")
    assert version(folder) != before


def test_the_version_stays_when_only_a_remark_or_the_review_changes(folder: Folder) -> None:
    before = version(folder)
    folder.append(WORDS, "# A remark.")
    folder.change(PROTOCOL, "status: draft", "status: reviewed\n  by: Ada Byron")
    assert version(folder) == before


def leaves(value: object, *path: Any) -> list[tuple[Any, ...]]:
    """The paths to every text in nested JSON."""
    if isinstance(value, dict):
        return [leaf for key, part in value.items() for leaf in leaves(part, *path, key)]
    if isinstance(value, list):
        return [leaf for place, part in enumerate(value) for leaf in leaves(part, *path, place)]
    return [path] if isinstance(value, str) else []


DATA = {
    **SAVED.model_dump(mode="json"),
    "overrides": [{"item": "heart", "change": "past", "by": "Ada Byron", "on": "2025-01-31", "reason": WHY}],
}
# What a text may be instead, where not every text is allowed.
OTHERS = {"outcome": "no_flags", "past": "noted", "change": "removed", "on": "2025-02-01"}


def changed(path: tuple[Any, ...]) -> dict[str, Any]:
    """`DATA` with the text at `path` changed."""
    data = copy.deepcopy(DATA)
    place: Any = data
    for part in path[:-1]:
        place = place[part]
    last, old = path[-1], place[path[-1]]
    if path[0] in ("items", "overrides") and last in OTHERS:
        place[last] = OTHERS[last] if OTHERS[last] != old else "flagged"
    else:
        place[last] = f"{old}x"
    return data


def test_the_version_changes_with_every_text() -> None:
    before = ScreeningProtocol.model_validate(DATA).version
    paths = [path for path in leaves(DATA) if path[0] != "review"]
    assert [path for path in paths if ScreeningProtocol.model_validate(changed(path)).version == before] == []


@given(
    st.sampled_from(SAVED.items),
    st.sampled_from(list(Words.model_fields)),
    st.from_regex(r"[a-z]{1,9}", fullmatch=True),
)
def test_the_version_changes_with_any_word_added(item: ScreeningItem, kind: str, word: str) -> None:
    words = item.words.model_copy(update={kind: (*getattr(item.words, kind), word)})
    items = tuple(one.model_copy(update={"words": words}) if one is item else one for one in SAVED.items)
    assert SAVED.model_copy(update={"items": items}).version != SAVED.version


def test_a_draft_counts_as_a_draft_on_every_day() -> None:
    assert SAVED.status_on(date(2099, 1, 1)) is ReviewStatus.DRAFT
