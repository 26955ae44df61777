"""Is a message in another language than English? Only where the evidence is strong.

Taking somebody's clumsy English for a foreign language would keep the answer from them, so a message is foreign only
when it says so in several ways. Another script decides by itself. In Latin letters the small words of a language are
counted first (`language_words`): no misspelling, medicine or name looks like two of them, and they tell romanised Hindi
from English, which no library tried does. A message with hardly an English word in it is then shown to lingua, which
knows far more words of eight of these languages. Lingua alone takes eight English messages in
a thousand for foreign; py3langid is as careful as this but needs 97 MB. docs/evaluation.md has the figures.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence

from lingua import Language, LanguageDetectorBuilder

from mesofaq.understanding.language_words import ENGLISH, GREETINGS, LETTERS, STRONG, WEAK

__all__ = ["LanguageDetector"]

_LONGEST_CHARS = 1000
"""A language shows within so many characters; a longer message costs no more."""
_NOT_WORDS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\S+")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*")
_ARABIZI = re.compile(r"^(?=.*[a-z]{2})[a-z]*(?:[23579][a-z]+)+$")
_MARK_BASE = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ß": "ss", "œ": "oe", "æ": "ae"})
_SCRIPTS: tuple[tuple[int, int, str], ...] = (
    (0x0370, 0x03FF, "el"),
    (0x0400, 0x052F, "ru"),
    (0x0530, 0x058F, "hy"),
    (0x0590, 0x05FF, "he"),
    (0x0600, 0x06FF, "ar"),
    (0x0750, 0x077F, "ar"),
    (0x0900, 0x097F, "hi"),
    (0x0980, 0x09FF, "bn"),
    (0x0A00, 0x0A7F, "pa"),
    (0x0A80, 0x0AFF, "gu"),
    (0x0B80, 0x0BFF, "ta"),
    (0x0C00, 0x0C7F, "te"),
    (0x0C80, 0x0CFF, "kn"),
    (0x0D00, 0x0D7F, "ml"),
    (0x0E00, 0x0E7F, "th"),
    (0x10A0, 0x10FF, "ka"),
    (0x1200, 0x137F, "am"),
    (0x3040, 0x30FF, "ja"),
    (0x3400, 0x4DBF, "zh"),
    (0x4E00, 0x9FFF, "zh"),
    (0xAC00, 0xD7AF, "ko"),
    (0xFB50, 0xFDFF, "ar"),
    (0xFE70, 0xFEFF, "ar"),
)
_PERSIAN = frozenset("پچژگکی")
_URDU = frozenset("ٹڈڑںےہھ")
_UKRAINIAN = frozenset("іїєґ")
_ENOUGH = 2
"""Small words of one language that make a message foreign."""
_SMALL_WORDS_SHARE = 0.25
_SHORT_WORDS = 3
_ENGLISH_SHARE = 0.5
_LINGUA_LANGUAGES = (
    Language.ENGLISH,
    Language.TURKISH,
    Language.FRENCH,
    Language.SPANISH,
    Language.GERMAN,
    Language.ITALIAN,
    Language.PORTUGUESE,
    Language.DUTCH,
    Language.POLISH,
)
_LINGUA_SURE = 0.98
_LINGUA_ARBITRATES = 0.9
_LINGUA_WORDS = 3
_LINGUA_ENGLISH_SHARE = 0.34
_LINGUA_SMALL_SHARE = 0.2


class LanguageDetector:
    """Tells messages in other languages from English.

    Args:
        is_known: whether a word (small letters, no apostrophe) is English; the speller's known words. A message that is
            mostly such words is English, whatever else it holds.
    """

    def __init__(self, is_known: Callable[[str], bool] | None = None) -> None:
        self._is_known = is_known or (lambda word: False)
        self._of: dict[str, tuple[str, ...]] = {}
        for language, words in STRONG.items():
            for folded in {_fold(word) for word in words} - ENGLISH:
                self._of[folded] = (*self._of.get(folded, ()), language)
        # Low accuracy is meant for short texts and small memory: 27 MB instead of 290.
        builder = LanguageDetectorBuilder.from_languages(*_LINGUA_LANGUAGES).with_low_accuracy_mode()
        self._lingua = builder.with_preloaded_language_models().build()

    def detect(self, text: str) -> str | None:
        """The language of one message.

        Args:
            text: the message as typed.

        Returns:
            An ISO 639-1 code; None for English, for a greeting or thanks, and where it cannot be told.
        """
        text = _NOT_WORDS.sub(" ", text[:_LONGEST_CHARS])
        if not text.isascii():
            foreign = _by_script(text)
            if foreign is not None:
                return foreign
        return self._by_words(text)

    def _by_words(self, text: str) -> str | None:
        words = [word for word in _words(text) if _fold(word) not in GREETINGS]
        folded = [_fold(word) for word in words]
        if not words:
            return None
        strong = self._evidence(words)
        if strong:
            best = max(strong, key=lambda language: _weight(strong[language], folded, language))
            if self._enough(best, strong[best], folded):
                other = self._ask_lingua(text, _LINGUA_ARBITRATES)
                return other if other in strong else best
        small = sum(word in ENGLISH for word in folded)
        english = sum(word in ENGLISH or self._is_known(word) for word in folded)
        enough = len(words) >= _LINGUA_WORDS
        if enough and small <= _LINGUA_SMALL_SHARE * len(words) and english <= _LINGUA_ENGLISH_SHARE * len(words):
            return self._ask_lingua(text, _LINGUA_SURE)
        return None

    def _evidence(self, words: Sequence[str]) -> dict[str, set[str]]:
        """The small words of each language, and the words with letters that only it has."""
        found: dict[str, set[str]] = {}
        for word in words:
            folded = _fold(word)
            for language in self._of.get(folded, ()):
                found.setdefault(language, set()).add(folded)
            if not word.isascii() and word.islower():  # a name has a capital, wherever its owner writes from
                for language, letters in LETTERS.items():
                    if not letters.isdisjoint(word):
                        found.setdefault(language, set()).add(folded)
        return found

    def _enough(self, language: str, evidence: set[str], folded: Sequence[str]) -> bool:
        rest = [word for word in folded if word not in evidence and word not in WEAK[language]]
        small = sum(word in ENGLISH for word in rest)
        english = sum(word in ENGLISH or self._is_known(word) for word in rest)
        counted = sum(word in evidence for word in folded)
        if english >= _ENGLISH_SHARE * len(folded) or counted <= small:
            return False
        weight = counted + sum(word in WEAK[language] for word in folded) / 2
        if len(evidence) >= _ENOUGH and weight >= _SMALL_WORDS_SHARE * len(folded):
            return True
        # "wie teuer?": one small word, next to nothing that is English.
        return len(folded) in range(2, _SHORT_WORDS + 1) and weight >= 1 and not english

    def _ask_lingua(self, text: str, sure: float) -> str | None:
        likeliest = self._lingua.compute_language_confidence_values(text)[0]
        if likeliest.language == Language.ENGLISH or likeliest.value < sure:
            return None
        return str(likeliest.language.iso_code_639_1.name).lower()


def _weight(evidence: set[str], folded: Sequence[str], language: str) -> float:
    return len(evidence) + len(WEAK[language].intersection(folded)) / 2


def _by_script(text: str) -> str | None:
    counts: dict[str, int] = {}
    letters = 0
    for character in text:
        if not character.isalpha():
            continue
        letters += 1
        code = ord(character)
        if code < 0x0370:
            continue
        language = next((name for low, high, name in _SCRIPTS if low <= code <= high), None)
        if language is not None:
            counts[language] = counts.get(language, 0) + 1
    if not counts or 2 * sum(counts.values()) < letters or sum(counts.values()) < 2:
        return None
    if counts.get("ja"):
        return "ja"
    best = max(counts, key=lambda language: counts[language])
    seen = frozenset(text.lower())
    if best == "ar":
        return "ur" if seen & _URDU else "fa" if seen & _PERSIAN else "ar"
    return "uk" if best == "ru" and seen & _UKRAINIAN else best


def _words(text: str) -> list[str]:
    """The words of `text`, without those that hold a digit, unless they are Arabic as phones write it ("3ayez")."""
    parts = [part for word in _WORD.findall(text) for part in _parts(word)]
    return [part for part in parts if part.isalpha() or _ARABIZI.match(part)]


def _parts(word: str) -> list[str]:
    """`word`, and what French and Italian write together: "l'aspirine", "j'ai"; not the "don't" of English."""
    head, apostrophe, tail = word.replace("’", "'").partition("'")
    return [head, tail.replace("'", "")] if apostrophe and len(head) <= 2 and len(tail) > 1 else [word.replace("'", "")]


def _fold(word: str) -> str:
    lower = word.replace("İ", "i").lower().translate(_MARK_BASE)
    if lower.isascii():
        return lower
    return "".join(letter for letter in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(letter))
