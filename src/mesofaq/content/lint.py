"""Judges `content/` by the rules in `mesofaq.content.rules`, each of which knows one subject."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from mesofaq.content.cardfile import NotYamlError, parse_yaml
from mesofaq.content.loader import load_content
from mesofaq.content.rules import (
    claims,
    clinic,
    coverage,
    duplicates,
    examples,
    languages,
    length,
    privacy,
    reading,
    references,
    review,
    schema,
    screening,
    sources,
    triage,
)
from mesofaq.content.rules.base import Corpus, Finding, Severity
from mesofaq.errors import Problem

__all__ = ["Finding", "Severity", "lint", "read_topics"]

_RULES: tuple[Callable[[Corpus], Iterator[Finding]], ...] = (
    schema.check,
    coverage.check,
    reading.check,
    length.check,
    claims.check,
    duplicates.check,
    sources.check,
    references.check,
    review.check,
    clinic.check,
    triage.check,
    screening.check,
    languages.check,
    privacy.check,
    examples.check,
)


def lint(folder: Path, *, topics: frozenset[str] | None, today: date) -> list[Finding]:
    """Judge every file of `folder`.

    Args:
        folder: the `content/` folder.
        topics: ids that each need a card; None reads them from `topics.yml` in the folder.
        today: the day on which approvals must still hold.

    Returns:
        What was found, in the order of files and lines. Content may be built when no finding is an error.
    """
    try:
        content = load_content(folder, strict=False)
    except Problem as problem:
        return [schema.unreadable(problem, folder)]
    findings: list[Finding] = []
    if topics is None:
        topics = read_topics(folder)
        if topics is None:
            message = "the list of topics cannot be read. Write it as 'topics:' with an 'id' and 'asks' each."
            findings.append(Finding.error(folder / coverage.TOPICS_FILE, 1, "coverage", message))
    corpus = Corpus(content=content, topics=topics, today=today)
    for rule in _RULES:
        findings.extend(rule(corpus))
    return sorted(set(findings), key=lambda found: (str(found.path), found.line, found.severity, found.rule))


def read_topics(folder: Path) -> frozenset[str] | None:
    """The ids in `topics.yml`: what the clinic's content must answer.

    Args:
        folder: the `content/` folder.

    Returns:
        The ids, or None when the file is missing or does not hold such a list.
    """
    try:
        data = parse_yaml((folder / coverage.TOPICS_FILE).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, NotYamlError):
        return None
    topics = data.get("topics") if isinstance(data, dict) else None
    if not isinstance(topics, list) or not topics:
        return None
    ids = [topic["id"] for topic in topics if isinstance(topic, dict) and isinstance(topic.get("id"), str)]
    return frozenset(ids) if len(ids) == len(topics) else None
