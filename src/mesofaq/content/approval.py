"""Writes a sign-off into a card's front matter or the screening protocol, and nothing else into the file.

Used by `mesofaq content approve`. The review block is replaced by lines; every other byte of the file stays.
"""

import os
import tempfile
from datetime import date
from pathlib import Path

import yaml

from mesofaq.content.cardfile import compose, split_card
from mesofaq.content.lint import Severity, lint
from mesofaq.content.loader import Content, load_content
from mesofaq.content.models import Card, Review, ReviewStatus
from mesofaq.content.rules.review import placeholder_name
from mesofaq.content.screening import ScreeningProtocol
from mesofaq.errors import Code, Problem

__all__ = ["MAX_YEARS", "approve", "approve_screening"]

# An answer that nobody has read again for longer than this is not served.
MAX_YEARS = 2


def approve(content: Content, card: Card, *, by: str, until: date, status: ReviewStatus, today: date) -> Card:
    """Record that `by` stands behind the card's present words until `until`, both days included.

    Args:
        content: the content that the card belongs to.
        card: the card, as it is on disk now.
        by: the name of the person who read it.
        until: the last day of the sign-off.
        status: `reviewed` or `approved`.
        today: the day of the sign-off.

    Returns:
        The card with its new review, as read back from its file.

    Raises:
        Problem: `invalid-request` for a name or a day that cannot be, `content-invalid` for a card that lint fails.
    """
    by = _checked(by, until, today)
    own = {card.path, card.path.with_name(f"{card.path.stem}.examples.txt")}
    _refuse_if_lint_fails(content.folder, card.id, own, today)
    review = Review(status=status, by=by, on=today, until=until, text_sha256=card.text_sha256)
    before = card.path.read_bytes()
    after = _with_review(before, review)
    _write(card.path, after)
    written = load_content(content.folder, strict=False).cards.get(card.id)
    if written is None or written.review != review or written.text_sha256 != card.text_sha256:
        _write(card.path, before)
        message = f"The review could not be written into {card.path.name}; the file is as it was. Write it by hand."
        raise Problem(Code.CONTENT_INVALID, message)
    return written


def approve_screening(
    content: Content, *, by: str, until: date, status: ReviewStatus, today: date
) -> ScreeningProtocol:
    """Record that `by` stands behind the present words of the screening protocol, its word lists included.

    Args:
        content: the content that the protocol belongs to.
        by: the name of the person who read it.
        until: the last day of the sign-off.
        status: `reviewed` or `approved`.
        today: the day of the sign-off.

    Returns:
        The protocol with its new review, as read back from its file.

    Raises:
        Problem: as `approve`.
    """
    by = _checked(by, until, today)
    path = content.folder / "screening.yml"
    own = {path, content.folder / "screening_words.yml"}
    _refuse_if_lint_fails(content.folder, "screening", own, today)
    digest = content.screening.text_sha256
    review = Review(status=status, by=by, on=today, until=until, text_sha256=digest)
    before = path.read_bytes()
    _write(path, _replaced(before.decode("utf-8"), compose(before.decode("utf-8")), 0, review))
    try:
        written = load_content(content.folder, strict=False).screening
    except Problem:  # unlike a card, a protocol that cannot be read stops the loader
        written = None
    if written is None or written.review != review or written.text_sha256 != digest:
        _write(path, before)
        message = f"The review could not be written into {path.name}; the file is as it was. Write it by hand."
        raise Problem(Code.CONTENT_INVALID, message)
    return written


def _checked(by: str, until: date, today: date) -> str:
    """The name, its spaces made plain.

    Raises:
        Problem: `invalid-request` for a name or a day that cannot be.
    """
    by = " ".join(by.split())
    if placeholder_name(by):
        raise Problem(Code.INVALID_REQUEST, f"'{by}' is no person's name. Give the name of who read the text.")
    if until < today:
        raise Problem(Code.INVALID_REQUEST, f"{until} has passed. Give a day from {today} on with --until.")
    latest = _years_later(today, MAX_YEARS)
    if until > latest:
        message = f"A sign-off holds for {MAX_YEARS} years at most. Give a day until {latest} with --until."
        raise Problem(Code.INVALID_REQUEST, message)
    return by


def _refuse_if_lint_fails(folder: Path, name: str, own: set[Path], today: date) -> None:
    # What the new sign-off mends (an old one that ran out) is no reason to refuse it.
    errors = [
        found
        for found in lint(folder, topics=None, today=today)
        if found.path in own and found.severity is Severity.ERROR and found.rule != "review"
    ]
    if errors:
        first, more = errors[0], len(errors) - 1
        rest = f" (and {more} more: see 'mesofaq content lint')" if more else ""
        raise Problem(
            Code.CONTENT_INVALID,
            f"'{name}' cannot be signed: {first.path.name}:{first.line}: {first.message}{rest}",
        )


def _with_review(data: bytes, review: Review) -> bytes:
    """The bytes of a card's file with the lines of its review block replaced."""
    text = data.decode("utf-8")
    file = split_card(text)
    # Line 0 of the front matter is line 1 of the file, after the fence.
    return _replaced(text, compose(file.front) if file else None, 1, review)


def _replaced(text: str, root: yaml.Node | None, offset: int, review: Review) -> bytes:
    """The bytes of a file with the lines of its review block replaced; its YAML begins at line `offset`."""
    lines = text.splitlines(keepends=True)
    if not isinstance(root, yaml.MappingNode):
        raise Problem(Code.CONTENT_INVALID, "The file's review is in no mapping. Run 'mesofaq content lint'.")
    key, value = next((k, v) for k, v in root.value if k.value == "review")
    first, last = key.start_mark.line + offset, _last_line(value) + offset
    end = lines[first][len(lines[first].rstrip("\r\n")) :]
    block = yaml.safe_dump(
        {"review": review.model_dump(mode="python") | {"status": str(review.status)}},
        sort_keys=False,
        allow_unicode=True,
        width=1000,
    )
    return "".join([*lines[:first], block.replace("\n", end), *lines[last + 1 :]]).encode("utf-8")


def _last_line(node: yaml.Node) -> int:
    """The line of the last thing in `node`; the end mark of a block mapping may lie beyond blank lines."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.line)


def _write(path: Path, data: bytes) -> None:
    """Replace the file at once, so that a crash leaves the old or the new one."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(name).chmod(path.stat().st_mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
