"""Finds the protocol's words in an answer: conditions, medicines, and what means yes, no or not sure when asked."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from mesofaq.content.screening import ScreeningProtocol
from mesofaq.screening.clauses import tokens_of
from mesofaq.understanding.matching import Doc, PhraseMatcher, new_vocabulary

__all__ = ["Kind", "Mention", "ProtocolWords"]

_SHORTEST_MENDED = 5
_SHORTEST_TITLE = 5
_IN_MANY_TITLES = frozenset({"disease", "condition", "infection", "wound", "blood", "breast", "feeding"})
_TWO_EDITS_FROM = 7
_OTHER_INITIAL_FROM = 6


class Kind(StrEnum):
    """What a word of the protocol means; the fields of `content.screening.Words`."""

    ANYWHERE = "anywhere"
    LASTING = "lasting"
    PASSING = "passing"
    WHEN_ASKED = "when_asked"
    NO_WHEN_ASKED = "no_when_asked"
    UNSURE_WHEN_ASKED = "unsure_when_asked"
    UNLIKE = "unlike"


_NAMES = frozenset({Kind.ANYWHERE, Kind.LASTING, Kind.PASSING})


@dataclass(frozen=True)
class Mention:
    """Words of an item, from token `start` to before token `end`."""

    item: str
    kind: Kind
    start: int
    end: int


class ProtocolWords:
    """The words of a protocol, compiled.

    Args:
        protocol: whose items' words to find.
        knows: whether a word is spelt as it should be; only others are read as the protocol's nearest word.
    """

    def __init__(self, protocol: ScreeningProtocol, knows: Callable[[str], bool]) -> None:
        self._vocabulary = new_vocabulary()
        self._matcher = PhraseMatcher(self._vocabulary)
        self._knows = knows
        single: set[str] = set()
        for item in protocol.items:
            for kind in Kind:
                phrases = [tokens_of(phrase) for phrase in getattr(item.words, kind.value)]
                forms = [form for words in phrases if words for form in _forms(words, kind)]
                if forms:
                    self._matcher.add(f"{item.id}/{kind}", [Doc(self._vocabulary, words=form) for form in forms])
                if kind is not Kind.UNLIKE:
                    single |= {word for form in forms for word in form}
        self._titles = {
            word: item.id
            for item in protocol.items
            for word in tokens_of(f"{item.title} {item.id.replace('_', ' ')}")
            if len(word) >= _SHORTEST_TITLE and word not in _IN_MANY_TITLES
        }
        self._own = frozenset(single)
        self._targets = tuple(sorted(word for word in single if len(word) >= _SHORTEST_MENDED))
        self._nearest = lru_cache(maxsize=4096)(self._search)

    def mend(self, word: str) -> str:
        """`word`, or the protocol's word that it is a misspelling of."""
        if len(word) < _SHORTEST_MENDED or word in self._own or word.isdigit() or self._knows(word):
            return word
        return self._nearest(word) or word

    def find(self, tokens: Sequence[str], pending: str | None) -> list[Mention]:
        """The mentions in a message, in order; of those that overlap the longest, which may be of several items.

        Args:
            tokens: the message's words and marks.
            pending: the item that was asked: only its words that mean something when asked are looked for.
        """
        doc = Doc(self._vocabulary, words=list(tokens))
        found = []
        for key, start, end in self._matcher(doc):
            item, _, kind = self._vocabulary.strings[key].partition("/")
            mention = Mention(item, Kind(kind), start, end)
            if mention.kind in _NAMES or mention.kind is Kind.UNLIKE or mention.item == pending:
                found.append(mention)
        # The longest first; beside it only what names another item with the very same words.
        found.sort(key=lambda one: (one.start - one.end, one.kind is not Kind.UNLIKE, list(Kind).index(one.kind)))
        kept: list[Mention] = []
        for mention in found:
            over = [one for one in kept if one.start < mention.end and mention.start < one.end]
            same = [one for one in over if (one.start, one.end) == (mention.start, mention.end)]
            if not over or (len(same) == len(over) and all(one.item != mention.item for one in over)):
                kept.append(mention)
        return sorted((one for one in kept if one.kind is not Kind.UNLIKE), key=lambda one: (one.start, one.item))

    def titles(self, tokens: Sequence[str], found: Sequence[Mention]) -> list[Mention]:
        """Items that are called by a word of their title, where nothing else was found: "the heart question"."""
        taken = {place for one in found for place in range(one.start, one.end)}
        return [
            Mention(item, Kind.ANYWHERE, place, place + 1)
            for place, token in enumerate(tokens)
            if place not in taken and (item := self._titles.get(token) or self._titles.get(token.removesuffix("s")))
        ]

    def _search(self, word: str) -> str | None:
        allowed = 2 if len(word) >= _TWO_EDITS_FROM else 1
        found = process.extract(word, self._targets, scorer=OSA.distance, score_cutoff=allowed, limit=5)
        for target, distance, _ in found:
            if target[0] == word[0] or (distance == 1 and len(word) >= _OTHER_INITIAL_FROM):
                return str(target)
        return None


def _forms(words: list[str], kind: Kind) -> Iterable[list[str]]:
    """The phrase itself, its plural, and two words written as one."""
    yield words
    if kind not in _NAMES and kind is not Kind.WHEN_ASKED:
        return
    if len(words[-1]) > 3 and not words[-1].endswith("s"):
        yield [*words[:-1], f"{words[-1]}s"]
    if len(words) == 2 and sum(map(len, words)) >= 8:
        yield ["".join(words)]
