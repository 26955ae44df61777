"""Which language a message is in: foreign only where the evidence is strong."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesofaq.content.loader import Content
from mesofaq.understanding.language import LanguageDetector


@pytest.fixture(scope="module")
def is_known(content: Content) -> Callable[[str], bool]:
    """The words of the cards: fewer than the speller knows, so this is the harder case."""
    texts = [line for card in content.cards.values() for line in (card.body, *card.questions, *card.examples)]
    words = {word.strip(".,?!\"'()").lower().replace("'", "") for text in texts for word in text.split()}
    return words.__contains__


@pytest.fixture(scope="module")
def detector(is_known: Callable[[str], bool]) -> LanguageDetector:
    return LanguageDetector(is_known)


def _labelled(home: Path, part: str) -> list[tuple[str, str]]:
    lines = (home / "tests" / "eval" / "languages.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    return [(case["text"], case["expect"].removeprefix("language:")) for case in cases if case["part"] == part]


@pytest.mark.parametrize("part", ["tune", "held-back"])
def test_most_foreign_messages_are_recognised_and_hardly_an_english_one(
    detector: LanguageDetector, home: Path, part: str
) -> None:
    cases = _labelled(home, part)
    foreign = [(text, expected) for text, expected in cases if expected != "none"]
    right = sum(detector.detect(text) == expected for text, expected in foreign)
    assert right / len(foreign) >= 0.95
    english = [text for text, expected in cases if expected == "none"]
    assert sum(detector.detect(text) is not None for text in english) <= 1


def test_the_examples_of_the_cards_are_english(detector: LanguageDetector, content: Content) -> None:
    examples = [line for card in content.cards.values() for line in card.examples]
    taken = [line for line in examples if detector.detect(line) is not None]
    assert len(taken) / len(examples) < 0.001


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "12345",
        "👍",
        "wen will i c results",
        "merci",
        "danke",
        "hola",
        "salaam, hello doctor hair inject pain?",
        "My name is Gülşah",
        "see https://klinik.example/was-ist-das-und-wie",
        "is it ألم ?",
        "can i come from são paulo for treatment",
    ],
)
def test_greetings_names_and_clumsy_english_are_not_foreign(detector: LanguageDetector, text: str) -> None:
    assert detector.detect(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("это больно", "ru"),
        ("чи це боляче і скільки коштує", "uk"),
        ("πονάει πολύ", "el"),
        ("כמה זה עולה", "he"),
        ("これは痛いですか", "ja"),
        ("会不会很疼", "zh"),
        ("많이 아픈가요", "ko"),
        ("هل هذا مؤلم", "ar"),
        ("آیا درد دارد چقدر", "fa"),
        ("کیا اس میں درد ہوتا ہے", "ur"),
        ("क्या दर्द होता है", "hi"),
        ("kya isme dard hota hai", "hi"),
        ("3ayez a7gez ma3ad law sama7t", "ar"),
        ("combien coûte une séance", "fr"),
        ("saç mezoterapisi acıtır mı", "tr"),
    ],
)
def test_a_language_is_recognised(detector: LanguageDetector, text: str, language: str) -> None:
    assert detector.detect(text) == language


def test_a_message_of_known_english_words_is_english(detector: LanguageDetector) -> None:
    text = "friend kosten haare treatment injection session needle"
    assert detector.detect(text) is None


@settings(max_examples=200)
@given(text=st.text(max_size=300))
def test_any_text_has_a_language_or_none(detector: LanguageDetector, text: str) -> None:
    found = detector.detect(text)
    assert found is None or (len(found) == 2 and found != "en")


def test_a_message_costs_little_and_a_long_one_no_more_than_its_start(detector: LanguageDetector, home: Path) -> None:
    cases = [text for part in ("tune", "held-back") for text, _ in _labelled(home, part)]
    begin = time.process_time()
    for text in cases:
        detector.detect(text)
    assert (time.process_time() - begin) / len(cases) < 0.0009  # 0.06 ms; room for a busy machine
    long = "ich habe keine Ahnung was das ist " * 3000
    begin = time.process_time()
    assert detector.detect(long) == "de"
    assert time.process_time() - begin < 0.05
