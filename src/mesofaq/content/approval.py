"""Writes a sign-off into a card's front matter, and nothing else into its file.

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
from mesofaq.errors import Code, Problem

__all__ = ["MAX_YEARS", "approve"]

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
    by = " ".join(by.split())
    if placeholder_name(by):
        raise Problem(Code.INVALID_REQUEST, f"'{by}' is no person's name. Give the name of who read the card.")
    if until < today:
        raise Problem(Code.INVALID_REQUEST, f"{until} has passed. Give a day from {today} on with --until.")
    latest = _years_later(today, MAX_YEARS)
    if until > latest:
        message = f"A sign-off holds for {MAX_YEARS} years at most. Give a day until {latest} with --until."
        raise Problem(Code.INVALID_REQUEST, message)
    _refuse_if_lint_fails(content.folder, card, today)
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


def _refuse_if_lint_fails(folder: Path, card: Card, today: date) -> None:
    own = {card.path, card.path.with_name(f"{card.path.stem}.examples.txt")}
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
            f"'{card.id}' cannot be signed: {first.path.name}:{first.line}: {first.message}{rest}",
        )


def _with_review(data: bytes, review: Review) -> bytes:
    """The bytes of a card's file with the lines of its review block replaced."""
    text = data.decode("utf-8")
    lines = text.splitlines(keepends=True)
    file = split_card(text)
    root = compose(file.front) if file else None
    if not isinstance(root, yaml.MappingNode):
        raise Problem(Code.CONTENT_INVALID, "The card's front matter is no mapping. Run 'mesofaq content lint'.")
    key, value = next((k, v) for k, v in root.value if k.value == "review")
    # Line 0 of the front matter is line 1 of the file, after the fence.
    first, last = key.start_mark.line + 1, _last_line(value) + 1
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
