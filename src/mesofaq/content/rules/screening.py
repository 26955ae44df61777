"""The pre-screening protocol: not looser than it may be, its words told apart, its ids its own."""

import re
from collections import defaultdict
from collections.abc import Iterator

from mesofaq.content.rules.base import Corpus, Finding
from mesofaq.content.rules.review import placeholder_name
from mesofaq.content.screening import ScreeningItem, Words
from mesofaq.screening.baseline import REASON_MIN_CHARS, looser, overridden

__all__ = ["check"]

_FILE = "screening.yml"
_WORDS = "screening_words.yml"
_MOST_WORDS = 6
_PLAIN = re.compile(r"[a-z0-9]+( [a-z0-9]+)*")


def check(corpus: Corpus) -> Iterator[Finding]:
    """What is looser without an override, overrides of nothing, ids used twice, words that cannot be found."""
    yield from _strictness(corpus)
    yield from _overrides(corpus)
    yield from _ids(corpus)
    for position, item in enumerate(corpus.content.screening.items):
        yield from _words(corpus, item)
        if not item.words.anywhere and not item.words.when_asked:
            yield Finding.notice(
                corpus.folder / _FILE,
                corpus.yaml_line(_FILE, "items", position, "id"),
                "screening",
                f"'{item.id}' has no words: only 'yes' and 'no' will be understood. Add some to {_WORDS}.",
            )


def _strictness(corpus: Corpus) -> Iterator[Finding]:
    protocol, path = corpus.content.screening, corpus.folder / _FILE
    places = {item.id: position for position, item in enumerate(protocol.items)}
    for one in looser(protocol):
        where = ("items", places[one.item], one.change.value) if one.item in places else ("items",)
        line = corpus.yaml_line(_FILE, *where)
        override = overridden(one, protocol, corpus.today)
        if override is None:
            message = (
                f"'{one.item}' is looser than MesoFAQ comes with: {one.detail}. Make it as strict again, or write "
                f"under 'overrides:' {{item: {one.item}, change: {one.change}, by: NAME, on: DATE, reason: WHY}}."
            )
            yield Finding.error(path, line, "screening", message)
        else:
            message = f"'{one.item}': {one.detail}, by decision of {override.by} on {override.on}: {override.reason}"
            yield Finding.notice(path, line, "screening", message)


def _overrides(corpus: Corpus) -> Iterator[Finding]:
    protocol, path = corpus.content.screening, corpus.folder / _FILE
    needed = {(one.item, one.change) for one in looser(protocol)}
    for position, override in enumerate(protocol.overrides):

        def error(key: str, message: str, position: int = position) -> Finding:
            return Finding.error(path, corpus.yaml_line(_FILE, "overrides", position, key), "screening", message)

        if placeholder_name(override.by):
            yield error("by", f"'{override.by}' is no person's name. Name who answers for this.")
        if override.on > corpus.today:
            yield error("on", f"the day of the decision, {override.on}, has not come yet. Correct it.")
        if len(override.reason.strip()) < REASON_MIN_CHARS:
            yield error("reason", f"the reason is too short ({REASON_MIN_CHARS} characters at least). Say why.")
        if (override.item, override.change) not in needed:
            yield error("item", f"nothing of '{override.item}' is looser in '{override.change}'. Remove the override.")


def _ids(corpus: Corpus) -> Iterator[Finding]:
    path = corpus.folder / _FILE
    seen: set[str] = set()
    for position, item in enumerate(corpus.content.screening.items):
        if item.id in seen:
            message = f"the id '{item.id}' is used twice. Give each item its own."
            yield Finding.error(path, corpus.yaml_line(_FILE, "items", position, "id"), "screening", message)
        seen.add(item.id)
        own = [follow_up.id for follow_up in item.follow_ups]
        for number, follow_up in enumerate(own):
            if follow_up in own[:number]:
                message = f"the follow-up id '{follow_up}' is used twice in '{item.id}'. Give each its own."
                line = corpus.yaml_line(_FILE, "items", position, "follow_ups", number, "id")
                yield Finding.error(path, line, "screening", message)


def _words(corpus: Corpus, item: ScreeningItem) -> Iterator[Finding]:
    """Words in a form that is never found, and words of which one list says 'yes' and another 'no'."""
    lists: defaultdict[str, list[str]] = defaultdict(list)
    for kind in Words.model_fields:
        for word in getattr(item.words, kind):
            lists[word].append(kind)
            if not _PLAIN.fullmatch(word) or len(word.split()) > _MOST_WORDS:
                message = (
                    f"'{word}' ({item.id}, {kind}) will never be found. Write one to {_MOST_WORDS} plain words: small "
                    "letters and digits, no apostrophe, no hyphen."
                )
                yield Finding.error(corpus.folder / _WORDS, _line(corpus, item, kind), "screening", message)
    for word, kinds in lists.items():
        if len(kinds) > 1:
            message = f"'{word}' of '{item.id}' stands under {' and '.join(kinds)}. Leave it where it belongs."
            yield Finding.error(corpus.folder / _WORDS, _line(corpus, item, kinds[0]), "screening", message)


def _line(corpus: Corpus, item: ScreeningItem, kind: str) -> int:
    return corpus.yaml_line(_WORDS, "items", item.id, kind)
