"""Files that cannot be read, or that say less than they seem to: the ground under every other rule."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from mesofaq.content.cardfile import compose
from mesofaq.content.rules.base import Corpus, Finding
from mesofaq.errors import Problem

__all__ = ["check", "unreadable"]


def unreadable(problem: Problem, folder: Path) -> Finding:
    """The one finding when a file that everything rests on (sources, clinic, …) cannot be read.

    Args:
        problem: what `load_content` raised.
        folder: the `content/` folder, for a problem that names no file.
    """
    return Finding.error(
        Path(problem.data.get("path", folder)),
        int(problem.data.get("line", 1)),
        "schema",
        f"{problem.data.get('cause', problem.detail)}. Correct it; the other rules run after that.",
    )


def check(corpus: Corpus) -> Iterator[Finding]:
    """Unreadable cards, keys written twice, a file name that is not the id, examples without a card."""
    for error in corpus.content.errors:
        yield Finding.error(error.path, error.line, "schema", f"{error.message}. Correct that line.")
    for card in corpus.cards:
        if card.path.stem != card.id:
            yield Finding.error(
                card.path,
                corpus.front_line(card, "id"),
                "schema",
                f"the id is '{card.id}' but the file is {card.path.name}. Give both the same name.",
            )
        for line, key in _repeated_keys(corpus.card_file(card).front):
            yield _twice(card.path, line + 1, key)
    for path in sorted(corpus.folder.glob("*.yml")):
        for line, key in _repeated_keys(corpus.text(path)):
            yield _twice(path, line, key)
    for path in sorted((corpus.folder / "cards").rglob("*.examples.txt")):
        if not path.with_name(path.name.replace(".examples.txt", ".md")).exists():
            yield Finding.error(
                path, 1, "schema", "no card has this name, so nothing reads the file. Rename or remove it."
            )


def _twice(path: Path, line: int, key: str) -> Finding:
    message = f"the key '{key}' is written twice and only the last one counts. Remove one of them."
    return Finding.error(path, line, "schema", message)


def _repeated_keys(text: str) -> Iterator[tuple[int, str]]:
    """Every key that repeats one of the same mapping, with its 1-based line: YAML says nothing about it."""
    waiting, seen_nodes = [compose(text)], set()
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen_nodes:  # an alias may lead back to where it stands
            continue
        seen_nodes.add(id(node))
        if isinstance(node, yaml.MappingNode):
            keys: set[str] = set()
            for key, value in node.value:
                if isinstance(key, yaml.ScalarNode):
                    if key.value in keys:
                        yield key.start_mark.line + 1, key.value
                    keys.add(key.value)
                waiting.append(value)
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
