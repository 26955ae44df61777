"""The text of content files and the lines in it: where the front matter ends, on which line a key stands.

Used by the loader, by lint and by `content approve`, so that all three count lines the same way.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import yaml

__all__ = ["CardFile", "NotYamlError", "compose", "key_line", "parse_yaml", "split_card"]

FENCE = "---"
# libyaml where it is built in: the same nodes, many times faster. Unread text is left to the Python parser, which
# ends a deep nesting with an exception.
_NODES_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _PlainLoader(yaml.SafeLoader):
    """PyYAML's safe loader, with the few values of YAML 1.2 that are not text."""

    yaml_implicit_resolvers = {  # noqa: RUF012  PyYAML's own way to say it
        first: [(tag, regexp) for tag, regexp in resolvers if not tag.endswith((":bool", ":int"))]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$", re.I), list("tTfF"))
_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9]\d*)$"), list("-+0123456789"))


class NotYamlError(Exception):
    """A text that is not YAML, or YAML with a value that cannot be.

    Args:
        line: 1-based, within the text that was parsed.
        cause: what is wrong, on one line.
    """

    def __init__(self, line: int, cause: str) -> None:
        super().__init__(cause)
        self.line = line
        self.cause = cause


@dataclass(frozen=True)
class CardFile:
    """A card's file, cut in two.

    `front` is the front matter without its fences; its first line is line 2 of the file. `body` is the answer
    without blank lines around it; `body_line` is the 1-based line of the file on which it starts.
    """

    front: str
    body: str
    body_line: int


def split_card(text: str) -> CardFile | None:
    """Cut a card's text at its fences.

    Args:
        text: the whole file.

    Returns:
        The two parts, or None when the file does not start with front matter between two lines '---'.
    """
    lines = text.splitlines()
    if not lines or lines[0] != FENCE or FENCE not in lines[1:]:
        return None
    end = lines.index(FENCE, 1)
    rest = lines[end + 1 :]
    first = next((number for number, line in enumerate(rest, start=end + 2) if line.strip()), end + 1)
    return CardFile(front="\n".join(lines[1:end]), body="\n".join(rest).strip(), body_line=first)


def parse_yaml(text: str) -> object:
    """Read `text` as YAML with plain values only.

    A bare yes, no, on or off is a word, and 9:00 is not 540: as in YAML 1.2, not as PyYAML reads 1.1.

    Raises:
        NotYamlError: it cannot be read; names the line and the cause.
    """
    try:
        return yaml.load(text, Loader=_PlainLoader)  # noqa: S506  it is a SafeLoader
    except yaml.YAMLError as error:
        raise NotYamlError(_line(error, text), _cause(error)) from None
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        # PyYAML lets these through for values that look right and are not, such as the date 2026-13-45.
        raise NotYamlError(1, f"a value cannot be read ({str(error) or type(error).__name__})") from None


@lru_cache(maxsize=128)
def compose(text: str) -> yaml.Node | None:
    """The nodes of a YAML text with their places in it.

    Args:
        text: YAML that `parse_yaml` has read.

    Returns:
        The root; None for an empty text or one that is not YAML.
    """
    try:
        return yaml.compose(text, Loader=_NODES_LOADER)
    except (yaml.YAMLError, RecursionError):
        return None


def key_line(text: str, path: Sequence[str | int]) -> int:
    """Find the line on which a value of a YAML text stands.

    Args:
        text: YAML that parses.
        path: keys and list positions from the root, e.g. `("sources", 1, "where")`.

    Returns:
        The 1-based line of the last part of `path` that exists (of its key, where it has one), else 1.
    """
    node, line = compose(text), 1
    for part in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _line(error: yaml.YAMLError, text: str) -> int:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    position = getattr(error, "position", 0)  # of a character that YAML does not allow
    return text.count("\n", 0, position) + 1


def _cause(error: yaml.YAMLError) -> str:
    cause = getattr(error, "problem", None) or getattr(error, "reason", None) or error
    return str(cause).replace("\n", " ")
