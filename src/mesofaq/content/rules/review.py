"""Sign-offs: who stands behind a text, for which words, and until when."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from mesofaq.content.cardfile import NotYamlError, parse_yaml
from mesofaq.content.models import Review, ReviewStatus
from mesofaq.content.rules.base import Corpus, Finding

__all__ = ["check", "placeholder_name"]

# Files that are signed as a whole, by hand.
SIGNED_FILES = ("phrases.yml", "privacy.yml", "screening.yml", "triage.yml")
# … and those that a clinic may do without.
_SIGNED_IF_THERE = ("canned.yml", "languages.yml", "triage_languages.yml")
_NO_NAMES_TEXT = """a admin an anonymous approver author bar clinician doctor dr dummy example fake foo me mr mrs
    ms md n name nobody none null person placeholder reviewer root somebody someone staff tba tbd test tester testing
    the todo unknown user x xx xxx xyz y your"""
_NO_NAMES = frozenset(_NO_NAMES_TEXT.split())
_NEVER_IN_A_NAME = frozenset({"dummy", "example", "fake", "placeholder", "tbd", "test", "tester", "testing", "todo"})
_NOBODY = frozenset({"jane doe", "john doe", "joe bloggs", "max mustermann", "na", "n a"})


def placeholder_name(name: str) -> bool:
    """Whether `name` is no person's name ('test', 'a doctor', 'TBD', 'John Doe', …)."""
    parts = re.findall(r"[^\W\d_]+", name.casefold())
    return (
        len("".join(parts)) < (3 if name.isascii() else 2)
        or not name.isprintable()
        or set(parts) <= _NO_NAMES
        or not _NEVER_IN_A_NAME.isdisjoint(parts)
        or " ".join(parts) in _NOBODY
        or " ".join(part for part in parts if part not in ("dr", "mr", "mrs", "ms")) in _NOBODY
    )


def check(corpus: Corpus) -> Iterator[Finding]:
    """Sign-offs that are incomplete, out of date or of other words; and one notice that counts the drafts."""
    drafts = 0
    for card in corpus.cards:
        line = partial(corpus.front_line, card, "review")
        yield from _judge(card.review, card.path, line, corpus.today)
        if card.review.status is ReviewStatus.DRAFT:
            drafts += 1
        elif card.review.text_sha256 is not None and card.review.text_sha256 != card.text_sha256:
            yield Finding.error(
                card.path,
                line("text_sha256"),
                "review",
                f"the text was changed after it was {card.review.status}. Have it read again and run "
                f"'mesofaq content approve {card.id}', or set the status back to 'draft'.",
            )
        elif card.review.text_sha256 is None and card.review.status is ReviewStatus.APPROVED:
            yield Finding.error(
                card.path,
                line("status"),
                "review",
                "the approval does not say for which words. Let 'mesofaq content approve' write it.",
            )
    draft_files = []
    for name in (*SIGNED_FILES, *(name for name in _SIGNED_IF_THERE if (corpus.folder / name).exists())):
        review = _review_of(corpus, name)
        line = partial(corpus.yaml_line, name, "review")
        if review is None:
            message = "the file does not say who reviewed it. Write 'review:' with 'status: draft'."
            yield Finding.error(corpus.folder / name, line(), "review", message)
        elif review.status is ReviewStatus.DRAFT:
            draft_files.append(name)
        else:
            yield from _judge(review, corpus.folder / name, line, corpus.today)
            if name == "screening.yml" and review.text_sha256 != corpus.content.screening.text_sha256:
                message = (
                    f"the protocol is {review.status}, but not in its present words. Have it read again and run "
                    "'mesofaq content approve screening', or set the status back to 'draft'."
                )
                yield Finding.error(corpus.folder / name, line("text_sha256"), "review", message)
    if drafts or draft_files:
        so_are = f", and so {'are' if len(draft_files) > 1 else 'is'} {_and(draft_files)}" if draft_files else ""
        message = f"{drafts} of {len(corpus.cards)} cards are drafts{so_are}. A clinician has to read and approve them."
        yield Finding.notice(corpus.folder / "cards", 1, "review", message)


def _judge(review: Review, path: Path, line: Callable[[str], int], today: date) -> Iterator[Finding]:
    if review.status is ReviewStatus.DRAFT:
        return
    missing = [key for key in ("by", "on", "until") if not getattr(review, key)]
    if missing:
        message = f"the text is {review.status} but '{_and(missing)}' is missing. Complete it, or make it a draft."
        yield Finding.error(path, line("status"), "review", message)
    if review.by and placeholder_name(review.by):
        message = f"'{review.by}' is no person's name. Name who read the text, or make it a draft."
        yield Finding.error(path, line("by"), "review", message)
    if review.on and review.on > today:
        message = f"the day of the review, {review.on}, has not come yet. Correct it."
        yield Finding.error(path, line("on"), "review", message)
    if review.until and review.until < today:
        message = f"the sign-off ended on {review.until}. Have the text read again and approve it anew."
        yield Finding.error(path, line("until"), "review", message)


def _review_of(corpus: Corpus, name: str) -> Review | None:
    try:
        data = parse_yaml(corpus.text(corpus.folder / name))
        return Review.model_validate(data.get("review")) if isinstance(data, dict) else None
    except (NotYamlError, ValidationError):
        return None


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
