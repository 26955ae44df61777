import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesofaq.chat.assistant import Assistant
from mesofaq.understanding.first_look import Raised, pieces_of, together
from mesofaq.understanding.models import Context
from mesofaq.understanding.triage import Finding, TriageClass, TriageResult

# Emergencies that no rule knows by its words: the second opinion has to notice them.
WITHOUT_A_KEY_WORD = (
    "my tongue feels twice its size and I'm dribbling",
    "she went floppy and her eyes rolled up, she is not answering me",
    "half of his face has dropped and he talks like he is drunk",
    "it feels like an elephant is sitting on me and my left arm is tingling",
    "i have counted out all my tablets and written the letters",
    "everything went dark in one eye ten minutes ago",
)
NEUTRAL = ("I had my second session at three o'clock.", "The weather is lovely here today.", "Thank you for your help.")


def _is_emergency(assistant: Assistant, text: str) -> bool:
    look = assistant.look(text)
    return look is not None and look.triage_class is TriageClass.EMERGENCY


@pytest.mark.parametrize("text", WITHOUT_A_KEY_WORD)
def test_an_emergency_without_a_key_word_is_noticed(assistant: Assistant, text: str) -> None:
    assert assistant.triage.judge(text).triage_class is not TriageClass.EMERGENCY
    assert _is_emergency(assistant, text)


@settings(max_examples=40)
@given(text=st.sampled_from(WITHOUT_A_KEY_WORD), neutral=st.sampled_from(NEUTRAL), before=st.booleans())
def test_a_neutral_sentence_hides_no_emergency(assistant: Assistant, text: str, neutral: str, before: bool) -> None:
    assert _is_emergency(assistant, f"{neutral} {text}." if before else f"{text}. {neutral}")


@settings(max_examples=40)
@given(text=st.sampled_from(WITHOUT_A_KEY_WORD), data=st.data())
def test_capitals_missing_marks_and_doubled_letters_hide_no_emergency(
    assistant: Assistant, text: str, data: st.DataObject
) -> None:
    words = text.split()
    place = data.draw(st.sampled_from([place for place, word in enumerate(words) if len(word) >= 5]))
    at = data.draw(st.integers(1, len(words[place]) - 1))
    words[place] = words[place][:at] + words[place][at - 1] + words[place][at:]
    assert _is_emergency(assistant, " ".join(words))
    assert _is_emergency(assistant, text.upper())
    assert _is_emergency(assistant, "".join(letter for letter in text if letter.isalnum() or letter == " "))


def test_a_question_around_it_hides_no_emergency(assistant: Assistant) -> None:
    assert _is_emergency(assistant, "how long does redness last? also i cant catch my breath")


@pytest.mark.parametrize(
    "text",
    [
        "this price gave me a heart attack, is there a package",
        "ten years ago my dad had a stroke, does that matter",
        "no chest pain, no swelling, all good, when can I swim",
        "can it cause anaphylaxis?",
    ],
)
def test_alarming_words_without_danger_raise_no_emergency(assistant: Assistant, text: str) -> None:
    assert not _is_emergency(assistant, text)


def test_a_word_of_two_meanings_is_asked_about_unless_the_opinion_agrees(assistant: Assistant) -> None:
    harmless, grave = "I nearly passed out when I saw the bill haha", "he passed out on the floor and wont answer me"
    assert assistant.triage.judge(harmless).asks
    assert assistant.understand(harmless, Context()).intent == "ask_if_now"
    assert assistant.understand(grave, Context()).intent == "emergency"


def test_the_opinion_raises_a_complication_of_the_rules_to_an_emergency(assistant: Assistant) -> None:
    text = "pus on my scalp since the session, and now I am freezing, talking nonsense and my legs are blotchy and cold"
    assert assistant.triage.judge(text).triage_class is TriageClass.COMPLICATION
    assert _is_emergency(assistant, text)


def test_a_word_of_two_meanings_and_a_suspicion_together_are_an_emergency() -> None:
    asks = TriageResult(
        TriageClass.EMERGENCY, "emergency", (Finding("word", TriageClass.EMERGENCY, ("fainted",), asks=True),)
    )
    silent = TriageResult(None, None, ())
    assert together(asks, Raised.ASK_IF_NOW, suspects=True) is TriageClass.EMERGENCY
    assert together(asks, TriageClass.COMPLICATION, suspects=True) is TriageClass.EMERGENCY
    assert together(asks, None, suspects=False) is Raised.ASK_IF_NOW
    assert together(asks, TriageClass.MEDICINE_CHANGE, suspects=False) is Raised.ASK_IF_NOW
    assert together(silent, Raised.ASK_IF_NOW, suspects=True) is Raised.ASK_IF_NOW


def test_every_beginning_and_end_of_a_message_is_judged_by_itself() -> None:
    clauses = ("one is here", "two is here", "three is here")
    assert set(pieces_of(clauses, " ".join(clauses))) == {
        "one is here two is here",
        "two is here three is here",
    }


def test_a_long_run_of_words_is_judged_in_stretches() -> None:
    words = [f"w{number}" for number in range(40)]
    stretches = list(pieces_of((), " ".join(words)))
    assert {word for stretch in stretches for word in stretch.split()} == set(words)
    assert all(len(stretch.split()) <= 14 for stretch in stretches)


@settings(max_examples=100)
@given(text=st.text(max_size=300))
def test_no_text_makes_the_first_look_raise(assistant: Assistant, text: str) -> None:
    assert assistant.look(text) is not None


def test_calibration_questions_are_not_raised_as_emergencies(assistant: Assistant) -> None:
    path = Path("content/calibration/questions.jsonl")
    questions = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()][::8]
    assert sum(_is_emergency(assistant, text) for text in questions) <= len(questions) * 0.03
