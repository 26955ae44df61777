"""Signing a card: what is refused, and that nothing but the review changes in the file."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from content_helpers import Folder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesofaq.content import approval, load_content
from mesofaq.content.approval import approve
from mesofaq.content.models import Card, ReviewStatus
from mesofaq.content.rules.review import placeholder_name
from mesofaq.errors import Code, Problem

TODAY = date(2028, 2, 29)  # two years later there is no such day
UNTIL = date(2029, 1, 31)


def sign(
    folder: Folder,
    card: str = "after-wash",
    *,
    by: str = "Dr. Ada Byron",
    until: date = UNTIL,
    status: ReviewStatus = ReviewStatus.APPROVED,
    today: date = TODAY,
) -> Card:
    content = load_content(folder.path, strict=False)
    return approve(content, content.cards[card], by=by, until=until, status=status, today=today)


def outside_the_review(data: bytes) -> tuple[bytes, bytes]:
    """The bytes before and after the review block, which is the last thing in the front matter of these tests."""
    match = re.search(rb"(?ms)^review:.*?(?=^---\r?$|^[a-z#])", data)
    assert match is not None
    return data[: match.start()], data[match.end() :]


def test_the_review_is_written_and_read_back(folder: Folder) -> None:
    card = sign(folder)
    assert card.review.model_dump() == {
        "status": ReviewStatus.APPROVED,
        "by": "Dr. Ada Byron",
        "on": TODAY,
        "until": UNTIL,
        "text_sha256": card.text_sha256,
    }
    assert load_content(folder.path).cards["after-wash"].status_on(UNTIL) is ReviewStatus.APPROVED
    assert card.status_on(UNTIL + timedelta(days=1)) is ReviewStatus.DRAFT
    assert folder.errors(today=TODAY) == []


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize(
    "block",
    [
        b"review:\n  status: draft\n",
        b"review: {status: draft}\n",
        b"review:\n    status: 'draft'\n    by: Somebody Else\n",
        b"review:\n  status: draft\n\n# a remark that stays\n",
        b"review:\n  status: draft\nsee_also: [cost]\n",
    ],
)
def test_every_other_byte_stays(folder: Folder, block: bytes, end: bytes) -> None:
    path = folder.file("after-wash.md")
    data = path.read_bytes().replace(b"review:\n  status: draft\n", block)
    if b"see_also" in block:
        data = data.replace(b"see_also: [cost]\n", b"", 1)
    data = (data.replace(b"hours.", b"hours. Caf\xc3\xa9.  ", 1).rstrip(b"\n")).replace(b"\n", end)
    path.write_bytes(data)
    path.chmod(0o640)
    before = load_content(folder.path).cards["after-wash"]
    sign(folder)
    after = path.read_bytes()
    assert outside_the_review(after) == outside_the_review(data)
    assert after.count(b"\n") == after.count(end)
    assert load_content(folder.path).cards["after-wash"].version == before.version
    assert path.stat().st_mode & 0o777 == 0o640
    assert [item.name for item in path.parent.iterdir() if item.name.startswith(".")] == []


def test_signing_again_replaces_the_first_sign_off(folder: Folder) -> None:
    sign(folder)
    once = folder.file("after-wash.md").read_bytes()
    folder.change("after-wash.md", "wait 48 hours before", "wait 50 hours before")
    card = sign(folder, by="Dr. Grace Hopper", status=ReviewStatus.REVIEWED)
    assert (card.review.by, card.review.status) == ("Dr. Grace Hopper", ReviewStatus.REVIEWED)
    twice = folder.file("after-wash.md").read_bytes()
    assert twice.count(b"text_sha256:") == once.count(b"text_sha256:") == 1


def test_an_expired_sign_off_can_be_renewed(folder: Folder) -> None:
    sign(folder)
    later = UNTIL + timedelta(days=10)
    assert [rule for rule, _, _ in folder.errors(today=later)] == ["review"]
    sign(folder, today=later, until=later)
    assert folder.errors(today=later) == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"by": "test"}, "no person's name"),
        ({"by": "  "}, "no person's name"),
        ({"by": "The Clinician"}, "no person's name"),
        ({"by": "Ada\x1b[31mByron"}, "no person's name"),
        ({"until": TODAY - timedelta(days=1)}, "2028-02-28 has passed"),
        ({"until": date(2030, 3, 1)}, "2 years at most. Give a day until 2030-02-28"),
    ],
)
def test_a_sign_off_that_cannot_be_is_refused(folder: Folder, wrong: dict[str, object], words: str) -> None:
    before = folder.file("after-wash.md").read_bytes()
    with pytest.raises(Problem) as caught:
        sign(folder, **wrong)  # type: ignore[arg-type]
    assert caught.value.code is Code.INVALID_REQUEST
    assert words in caught.value.detail
    assert folder.file("after-wash.md").read_bytes() == before


@pytest.mark.parametrize("day", [TODAY, date(2030, 2, 28)])
def test_today_and_two_years_from_now_are_allowed(folder: Folder, day: date) -> None:
    assert sign(folder, until=day).review.until == day


def test_a_card_that_lint_fails_is_refused(folder: Folder) -> None:
    folder.append("after-wash.md", "\nIt is painless.")
    before = folder.file("after-wash.md").read_bytes()
    with pytest.raises(Problem, match=r"cannot be signed: after-wash\.md:27: .*painless") as caught:
        sign(folder)
    assert caught.value.code is Code.CONTENT_INVALID
    assert folder.file("after-wash.md").read_bytes() == before


def test_a_fault_in_the_examples_counts_and_one_of_another_card_does_not(folder: Folder) -> None:
    folder.append("cost.md", "\nIt is painless.")
    assert sign(folder).review.status is ReviewStatus.APPROVED
    folder.file("diabetes.examples.txt").unlink()
    with pytest.raises(Problem, match="no example questions"):
        sign(folder, "diabetes")


def test_a_write_that_does_not_read_back_is_undone(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    before = folder.file("after-wash.md").read_bytes()
    monkeypatch.setattr(approval, "_with_review", lambda data, review: data.replace(b"48 hours", b"4 hours"))
    with pytest.raises(Problem, match="as it was"):
        sign(folder)
    assert folder.file("after-wash.md").read_bytes() == before


def test_a_failing_disk_leaves_the_card_and_no_litter(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder.file("after-wash.md")
    before = path.read_bytes()

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        sign(folder)
    assert path.read_bytes() == before
    assert [item.name for item in path.parent.iterdir() if item.name.startswith(".")] == []


@pytest.mark.parametrize(
    "name", ["Ada Byron", "Dr. Ngozi Okonjo-Iweala", "José Ñ. Öberg", "李白", "Nora No", "Andrea Doe"]
)
def test_names_of_people_pass(name: str) -> None:
    assert not placeholder_name(name)


@pytest.mark.parametrize(
    "name",
    ["test", "Test Test", "Dr. Test", "TODO", "tbd", "n/a", "xx", "John Doe", "Dr. Jane Doe", "a clinician", "admin",
     "Dr.", "The Doctor", "Example Person", "123", "-", "your name", "me"],
)  # fmt: skip
def test_names_of_nobody_do_not(name: str) -> None:
    assert placeholder_name(name)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=3, max_size=30))
def test_any_name_that_is_accepted_is_read_back_as_it_was_given(folder: Folder, name: str) -> None:
    given_name = f"Ada {name}"
    if placeholder_name(" ".join(given_name.split())):
        return
    assert sign(folder, by=given_name).review.by == " ".join(given_name.split())
