"""The text on consent and purpose: filled, versioned, required."""

import pytest
from content_helpers import Folder

from mesofaq.content import load_content
from mesofaq.errors import Code, Problem


def test_the_text_names_the_clinic_s_own_days(folder: Folder) -> None:
    folder.change("clinic.yml", "transcripts_days: 90", "transcripts_days: 41")
    content = load_content(folder.path)
    shown = " ".join(content.privacy.shown(content.clinic))
    assert "41 days" in shown
    assert "{{" not in shown


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [("privacy.yml", "ads.", "advertisements."), ("clinic.yml", "transcripts_days: 90", "transcripts_days: 41")],
)
def test_other_words_are_another_version(folder: Folder, file: str, old: str, new: str) -> None:
    before = load_content(folder.path)
    folder.change(file, old, new)
    after = load_content(folder.path)
    version = after.privacy.version(after.clinic)
    assert version != before.privacy.version(before.clinic)
    assert len(version) == 12


def test_a_new_review_is_no_new_version(folder: Folder) -> None:
    before = load_content(folder.path)
    folder.change("privacy.yml", "  status: draft", "  status: reviewed\n  by: Ada Byron")
    after = load_content(folder.path)
    assert after.privacy.version(after.clinic) == before.privacy.version(before.clinic)


def test_nothing_is_served_without_the_text(folder: Folder) -> None:
    folder.file("privacy.yml").unlink()
    with pytest.raises(Problem) as caught:
        load_content(folder.path)
    assert caught.value.code is Code.CONTENT_INVALID
    assert "privacy.yml:1: the file is missing" in caught.value.detail
