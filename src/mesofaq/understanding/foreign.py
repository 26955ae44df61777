"""Red flags in other languages than English, by the wordings of `content/triage_languages.yml`.

Accents, vowel marks, capitals, doubled letters and elisions ("j'arrive", "jarrive") are folded on both sides; a slip in
a word of seven letters or more does not matter unless the word is an English one. The words of a wording must come in
order, within one breath (no comma or full stop between), with at most three others between two of them.
"""

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from mesofaq.content.languages import LanguageFlags

__all__ = ["SELF_HARM", "Flagged", "ForeignFlags", "fold"]

SELF_HARM = "self-harm"
_GAP_WORDS = 3
_DENIAL_WINDOW = 3
_FUZZY_FROM = 7
_END = "$"

_LETTERS = str.maketrans(
    {
        "ı": "i",
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "œ": "oe",
        "æ": "ae",
        "’": "'",
        "ʼ": "'",
        "`": "'",
        "´": "'",
        # Arabic, as it is typed in a hurry and on Persian or Urdu keyboards.
        "ى": "ي",
        "ة": "ه",
        "ء": None,
        "ـ": None,
        "ٱ": "ا",
        "ی": "ي",
        "ک": "ك",
        "ہ": "ه",
        "ھ": "ه",
        "ے": "ي",
        # Devanagari: the two signs for a nasal vowel are used for each other.
        "ँ": "ं",
    }
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_MARKS = re.compile("[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u093c\u200b-\u200f\u2060\ufeff]")
_DOTS = re.compile(r"\.{2,}|…")
_BREATH = re.compile(r"[.,!?;:()\n\r،؛؟۔।]+")
_ELIDED = re.compile(r"\b(?:[cdjlmnst]|qu)'(?=\w)")
_DOUBLED = re.compile(r"\b(aa)\b|([^\W\d_])\2+")
"""But for the "aa" of Hindi, which would become an English word."""
_WORD = re.compile("[a-z0-9\u0600-\u06ff\u0900-\u097f]+")
_ELIDED_LETTERS = frozenset("cdjlmnst")
_ARABIC = ("\u0600", "\u06ff")


@dataclass(frozen=True)
class Flagged:
    """One red flag that a message raises: in which language, the words, and why it does not count if it does not."""

    language: str
    flag: str
    words: str
    turned_off_by: str | None = None


@dataclass(frozen=True)
class _Wording:
    language: str
    flag: str
    slots: tuple[frozenset[str], ...]
    denies: bool


@dataclass(frozen=True)
class _Context:
    denied_before: tuple[tuple[str, ...], ...]
    denied_after: tuple[tuple[str, ...], ...]
    denial_ends: frozenset[str]
    only_asked: tuple[tuple[str, ...], ...]


class ForeignFlags:
    """The compiled wordings of all languages.

    Args:
        languages: by ISO 639-1 code, from `content/triage_languages.yml`.
        known_words: English words, which are no slip of a foreign one.
    """

    def __init__(self, languages: Mapping[str, LanguageFlags], known_words: Container[str] = ()) -> None:
        self._known = known_words
        self._contexts = {code: _read_context(flags) for code, flags in languages.items()}
        self._starting_with: dict[str, list[_Wording]] = {}
        self._words: set[str] = set()
        self._stems: set[str] = set()
        for code, flags in languages.items():
            for flag, wordings in (*flags.emergency.items(), (SELF_HARM, flags.self_harm)):
                for wording in wordings:
                    self._add(code, flag, wording)
        self._deletions: dict[str, list[str]] = {}
        for word in sorted(self._words):
            if len(word) >= _FUZZY_FROM:
                for shorter in {word, *_without_one(word)}:
                    self._deletions.setdefault(shorter, []).append(word)

    def find(self, text: str) -> list[Flagged]:
        """The red flags in one message of any length, one for each language and flag; those that count first."""
        found: dict[tuple[str, str], Flagged] = {}
        for words in _breaths(text):
            for flagged in self._in_breath(words):
                known = found.get((flagged.language, flagged.flag))
                if known is None or (known.turned_off_by is not None and flagged.turned_off_by is None):
                    found[flagged.language, flagged.flag] = flagged
        return sorted(found.values(), key=lambda flagged: flagged.turned_off_by is not None)

    def _in_breath(self, words: Sequence[str]) -> Iterator[Flagged]:
        read = [self._read(word) for word in words]
        for start, symbols in enumerate(read):
            for symbol in symbols:
                for wording in self._starting_with.get(symbol, ()):
                    end = _match(wording, read, start)
                    if end is not None:
                        reason = self._turned_off(wording, words, start, end)
                        yield Flagged(wording.language, wording.flag, " ".join(words[start:end]), reason)

    def _turned_off(self, wording: _Wording, words: Sequence[str], start: int, end: int) -> str | None:
        context = self._contexts[wording.language]
        if not wording.denies:
            before = words[max(0, start - _DENIAL_WINDOW) : start]
            for position in range(len(before)):
                ended = not context.denial_ends.isdisjoint(before[position + 1 :])
                if not ended and any(tuple(before[position:])[: len(no)] == no for no in context.denied_before):
                    return "negation"
            after = (*words[end : end + _DENIAL_WINDOW], *([_END] if end + _DENIAL_WINDOW >= len(words) else ()))
            if any(after[: len(no)] == no for no in context.denied_after):
                return "negation"
        if wording.flag != SELF_HARM:
            for asked in context.only_asked:
                if any(tuple(words[at : at + len(asked)]) == asked for at in range(len(words) - len(asked) + 1)):
                    return "hypothetical"
        return None

    def _add(self, code: str, flag: str, wording: str) -> None:
        slots: list[frozenset[str]] = []
        for typed in _ELIDED.sub("", wording.translate(_LETTERS).lower()).split():
            symbols: set[str] = set()
            for alternative in typed.split("/"):
                for spelling in {alternative, alternative.translate(_UMLAUTS)}:
                    word = fold(spelling.rstrip("*"))
                    if word and spelling.endswith("*"):
                        self._stems.add(word)
                        symbols.add(f"{word}*")
                    elif word:
                        forms = {word, *_bare_arabic(word)}
                        self._words |= forms
                        symbols |= forms
            if symbols:
                slots.append(frozenset(symbols))
        if not slots:
            return
        context = self._contexts[code]
        denials = {no[0] for no in (*context.denied_before, *context.denied_after)}
        denies = any(not denials.isdisjoint(slot) for slot in slots)
        compiled = _Wording(code, flag, tuple(slots), denies)
        for symbol in slots[0]:
            self._starting_with.setdefault(symbol, []).append(compiled)

    def _read(self, word: str) -> frozenset[str]:
        """What of the lexicon `word` may stand for: itself, itself without an article, its stems, or a near word."""
        forms = {word, *_bare_arabic(word)}
        if word[0] in _ELIDED_LETTERS and len(word) > _FUZZY_FROM - 2:
            forms.add(word[1:])  # "jarrive"
        symbols = {form for form in forms if form in self._words}
        for form in forms:
            for length in range(1, len(form) + 1):
                if form[:length] in self._stems:
                    symbols.add(f"{form[:length]}*")
        if not symbols and len(word) >= _FUZZY_FROM - 1 and word not in self._known:
            for shorter in (word, *_without_one(word)):
                for target in self._deletions.get(shorter, ()):
                    if target[0] == word[0] and OSA.distance(word, target, score_cutoff=1) <= 1:
                        symbols.add(target)
        return frozenset(symbols)


def fold(text: str) -> str:
    """`text` in small letters without accents, vowel marks, doubled letters and what invisible characters hide."""
    lower = text.translate(_LETTERS).casefold().translate(_LETTERS)
    if not lower.isascii():
        # Composed again, so that Devanagari letters keep one form; the marks to lose are lost by then.
        lower = unicodedata.normalize("NFKC", _MARKS.sub("", unicodedata.normalize("NFKD", lower))).translate(_LETTERS)
    return _DOUBLED.sub(r"\1\2", lower)


def _breaths(text: str) -> Iterator[list[str]]:
    folded = _ELIDED.sub("", fold(_DOTS.sub(" ", text)))
    for breath in _BREATH.split(folded):
        words = _WORD.findall(breath)
        if words:
            yield words


def _match(wording: _Wording, read: Sequence[frozenset[str]], start: int) -> int | None:
    """Where the wording that begins at `start` ends, or None."""
    position = start
    for slot in wording.slots[1:]:
        last = min(position + 2 + _GAP_WORDS, len(read))
        following = next((at for at in range(position + 1, last) if not slot.isdisjoint(read[at])), None)
        if following is None:
            return None
        position = following
    return position + 1


def _without_one(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))


def _bare_arabic(word: str) -> tuple[str, ...]:
    """An Arabic word without the particles that are written together with it ("والتنفس" → "تنفس")."""
    if not _ARABIC[0] <= word[0] <= _ARABIC[1]:
        return ()
    forms = {word.removeprefix(particle) for particle in ("ال", "و", "ف", "ب", "وال", "بال", "فال", "لل", "عال")}
    return tuple(form for form in forms if len(form) > 2 and form != word)


def _read_context(flags: LanguageFlags) -> _Context:
    def phrases(wordings: Iterable[str]) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(word if word == _END else fold(word) for word in item.split()) for item in wordings)

    return _Context(
        denied_before=phrases(flags.denied_before),
        denied_after=phrases(flags.denied_after),
        denial_ends=frozenset(fold(word) for word in flags.denial_ends),
        only_asked=phrases(flags.only_asked),
    )
