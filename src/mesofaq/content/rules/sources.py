"""Where an answer comes from: known sources, each with the place in it."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from mesofaq.content.models import CardSource
from mesofaq.content.rules.base import Corpus, Finding

__all__ = ["check"]


def check(corpus: Corpus) -> Iterator[Finding]:
    """Unknown sources, sources without a place, cards without a source, sources that nothing uses."""
    used: set[str] = set()
    for card in corpus.cards:
        used |= {source.source for source in card.sources}
        if not card.sources:
            yield Finding.error(
                card.path,
                corpus.front_line(card, "sources"),
                "sources",
                "the card names no source. Name the text it rests on, and the place in it.",
            )
        if not card.evidence.strip():
            yield Finding.error(
                card.path,
                corpus.front_line(card, "evidence"),
                "sources",
                "the card does not say how strong its support is. Write one sentence under 'evidence'.",
            )
        for number, source in enumerate(card.sources):
            yield from _judge(corpus, card.path, source, partial(corpus.front_line, card, "sources", number))
    path = corpus.folder / "screening.yml"
    for position, item in enumerate(corpus.content.screening.items):
        for number, source in enumerate(item.sources):
            used.add(source.source)
            line = partial(corpus.yaml_line, path.name, "items", position, "sources", number)
            yield from _judge(corpus, path, source, line)
    for key in sorted(set(corpus.content.sources) - used):
        yield Finding.notice(
            corpus.folder / "sources.yml",
            corpus.yaml_line("sources.yml", "sources", key),
            "sources",
            f"nothing rests on the source '{key}'. Remove it, or name it where it is used.",
        )


def _judge(corpus: Corpus, path: Path, source: CardSource, line: Callable[[str], int]) -> Iterator[Finding]:
    if source.source not in corpus.content.sources:
        known = ", ".join(sorted(corpus.content.sources))
        yield Finding.error(
            path,
            line("source"),
            "sources",
            f"there is no source '{source.source}'. Use one of {known}, or add it to sources.yml.",
        )
    if not source.where.strip():
        yield Finding.error(
            path,
            line("where"),
            "sources",
            f"the place in '{source.source}' is empty. Name the heading or question where it stands.",
        )
