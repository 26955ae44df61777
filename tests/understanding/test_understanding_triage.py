"""Triage on plain messages. How much of hard ones it finds is measured by `mesofaq eval`, not here."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesofaq.chat.assistant import Assistant
from mesofaq.content.loader import Content
from mesofaq.errors import Code, Problem
from mesofaq.understanding.triage import Triage, TriageClass

EMERGENCIES = (
    "I can't breathe",
    "I cannot breathe properly",
    "I'm having trouble breathing",
    "short of breath since the injections",
    "my chest feels tight",
    "my throat is closing up",
    "my throat is swelling",
    "I can't swallow",
    "my tongue is swollen",
    "my lips are swelling",
    "my face has swollen up since the session",
    "my eye is swollen shut",
    "I passed out after the session",
    "she fainted and is not responding",
    "he is unconscious",
    "chest pain",
    "I have chest pain",
    "there is pressure on my chest",
    "I think I'm having a heart attack",
    "my face is drooping",
    "her speech is slurred",
    "I can't move my arm",
    "I can't see",
    "I have gone blind in one eye",
    "my skin is turning black",
    "my lips are blue",
    "hives and I feel dizzy",
    "he is having a seizure",
    "I have a fever and I'm confused",
    "the bleeding won't stop",
    "there is blood everywhere",
    "I want to kill myself",
    "I want to die",
    "I took an overdose",
    "I don't want to live anymore",
)
COMPLICATIONS = (
    "there is pus coming out of the spots",
    "the injection site is infected",
    "the redness is spreading since my session",
    "I have had a fever since the injections",
    "the pain is getting worse after my session",
    "there is a hard lump where I was injected",
    "my scalp is still numb since the session",
    "my hair is falling out in clumps since the session",
)
MEDICINES = (
    "should I stop taking my aspirin?",
    "can I skip my metformin that day",
    "can I come off warfarin for the session",
    "should I double my minoxidil",
    "do I keep taking my blood thinner",
    "would it be ok to halve my dose of finasteride",
)
DIAGNOSES = (
    "can you diagnose me?",
    "what is wrong with me",
    "do I have alopecia?",
    "can I send you a photo of my scalp?",
    "what do my blood results mean",
    "is this cancer?",
)
NEAR_MISSES = {
    "negated": (
        "I don't have chest pain",
        "no trouble breathing, no swelling",
        "there is no pus",
        "my face isn't swollen",
        "I never fainted",
        "no chest pain or swelling of the lips",
    ),
    "hypothetical": (
        "can it cause chest pain?",
        "what if my throat swells up?",
        "is there a risk of anaphylaxis",
        "could I get swelling of the face from it?",
        "what happens if I get chest pain afterwards",
        "how likely is infection of an injection site",
    ),
    "past": (
        "I had chest pain as a child",
        "years ago I had trouble breathing at night",
        "I fainted in 2015",
        "I had hives and felt dizzy a long time ago",
    ),
    "a relative's past": (
        "my mum had chest pain and died",
        "my grandfather had trouble breathing before he died",
        "my sister had a swollen face when she was pregnant",
    ),
    "figurative": (
        "the price gave me chest pain",
        "I was having a heart attack when I saw the bill",
        "this hair loss is killing me",
        "I'm dying to know what it costs",
        "my barber nearly had a stroke laughing",
    ),
    "ordinary": (
        "my scalp is a bit red",
        "I have dandruff and my head itches",
        "does it hurt?",
        "I take a deep breath before every needle",
        "can I go to the gym",
        "I love the smell of your clinic",
    ),
}
NEUTRAL = (
    "Hello",
    "I had my third session on Monday",
    "How much does it cost",
    "I have not eaten yet",
    "My mum had it done years ago",
    "What if it rains",
    "I am not sure what to write",
    "Is it normal",
    "I read about it in 2019",
    "No thanks",
)


def _class(assistant: Assistant, text: str) -> TriageClass | None:
    return assistant.triage.judge(text).triage_class


def _not_emergencies(assistant: Assistant, texts: list[str]) -> list[str]:
    return [text for text in texts if _class(assistant, text) is not TriageClass.EMERGENCY]


@pytest.mark.parametrize("text", EMERGENCIES)
def test_a_plain_emergency_is_one(assistant: Assistant, text: str) -> None:
    assert _class(assistant, text) is TriageClass.EMERGENCY


@pytest.mark.parametrize("text", COMPLICATIONS)
def test_a_plain_complication_is_one(assistant: Assistant, text: str) -> None:
    assert _class(assistant, text) is TriageClass.COMPLICATION


@pytest.mark.parametrize("text", MEDICINES)
def test_a_wish_to_change_a_medicine_is_one(assistant: Assistant, text: str) -> None:
    assert _class(assistant, text) is TriageClass.MEDICINE_CHANGE


@pytest.mark.parametrize("text", DIAGNOSES)
def test_a_wish_for_a_diagnosis_is_personal_medical_advice(assistant: Assistant, text: str) -> None:
    assert _class(assistant, text) is TriageClass.PERSONAL_MEDICAL


@pytest.mark.parametrize(("why", "text"), [(why, text) for why, texts in NEAR_MISSES.items() for text in texts])
def test_a_near_miss_is_an_ordinary_message(assistant: Assistant, why: str, text: str) -> None:
    assert _class(assistant, text) is None, why


@pytest.mark.parametrize(
    "who", ["my wife", "my husband", "my son", "my mum", "my friend", "the girl next to me", "she"]
)
def test_somebody_elses_emergency_now_is_an_emergency(assistant: Assistant, who: str) -> None:
    assert _class(assistant, f"{who} can't breathe") is TriageClass.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "I don't have a rash but my throat is closing",
        "no chest pain at first, now chest pain",
        "can it cause chest pain? I have chest pain",
        "can it cause chest pain, because I have chest pain now",
        "my mum had chest pain but I can't breathe",
        "I fainted years ago. My lips are swelling now",
        "had it done last year, chest pain today",
        "No, my throat is closing",
        "Is there anything else? No, chest pain",
        "no I can't breathe",
        "I'm not well, my throat is closing",
        "this is not a joke, chest pain",
        "not sure what is going on, chest pain",
    ],
)
def test_what_turns_a_match_off_reaches_no_further_than_its_clause(assistant: Assistant, text: str) -> None:
    assert _class(assistant, text) is TriageClass.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "i cant brethe",
        "i cant breth",
        "trouble breatihng",
        "my throat is swolen",
        "my tounge is swollen",
        "i have chest pian and cant breathe",
        "he is unconcious",
        "he is having anaphilaxis",
        "i feel sucidal",
        "she is having a siezure",
        "I can’t breathe",
        "I can´t breathe",
        "I CAN'T BREATHE!!!!!!",
        "i caaaaan't breeeathe",
        "help me i cant breathe",
        "i\u200b cant\u00a0breathe",
    ],
)
def test_a_misspelt_emergency_is_one(assistant: Assistant, text: str) -> None:
    assert _class(assistant, text) is TriageClass.EMERGENCY


def test_capitals_take_no_emergency_away(assistant: Assistant) -> None:
    texts = [text.upper() for text in EMERGENCIES] + [text.title() for text in EMERGENCIES]
    assert _not_emergencies(assistant, texts) == []


def test_missing_punctuation_takes_no_emergency_away(assistant: Assistant) -> None:
    bare = ["".join(letter for letter in text if letter.isalnum() or letter == " ") for text in EMERGENCIES]
    marked = [f"{text}{mark}" for text in EMERGENCIES for mark in ("...", "!!!", " ?", ",", " :(", " 😭")]
    assert _not_emergencies(assistant, bare + marked) == []


def test_a_doubled_letter_takes_no_emergency_away(assistant: Assistant) -> None:
    """In words of four letters or more: "to" with two o is another word."""
    doubled = []
    for text in EMERGENCIES:
        words = text.replace("'", "").split()
        for number, word in enumerate(words):
            for place in range(len(word) if len(word) >= 4 else 0):
                slip = word[: place + 1] + word[place:]
                doubled.append(" ".join([*words[:number], slip, *words[number + 1 :]]))
    assert len(doubled) > 300
    assert _not_emergencies(assistant, doubled) == []


def test_a_neutral_sentence_before_or_after_takes_no_emergency_away(assistant: Assistant) -> None:
    texts = [
        joined
        for text in EMERGENCIES
        for neutral in NEUTRAL
        for between in (". ", "! ", "? ", "; ", "\n", "... ", ".")
        for joined in (f"{text}{between}{neutral}", f"{neutral}{between}{text}")
    ]
    assert _not_emergencies(assistant, texts) == []


@settings(max_examples=200)
@given(around=st.text(max_size=120), text=st.sampled_from(EMERGENCIES))
def test_no_sentence_whatever_takes_an_emergency_away(assistant: Assistant, around: str, text: str) -> None:
    assert _class(assistant, f"{around}. {text}") is TriageClass.EMERGENCY
    assert _class(assistant, f"{text}\n{around}") is TriageClass.EMERGENCY


@settings(max_examples=300)
@given(text=st.text(max_size=300))
def test_no_text_makes_triage_raise(assistant: Assistant, text: str) -> None:
    assistant.triage.judge(text)


lexicon_words = st.sampled_from(
    "no not never i my cant breathe chest pain if can it cause years ago mum had price".split()
)


@settings(max_examples=300)
@given(words=st.lists(lexicon_words, max_size=25))
def test_words_of_the_lexicon_in_any_order_make_it_no_more_raise(assistant: Assistant, words: list[str]) -> None:
    result = assistant.triage.judge(" ".join(words))
    assert (result.triage_class is None) == all(finding.turned_off_by for finding in result.findings)


@pytest.mark.parametrize(
    "text",
    [
        "the leaflet says ring if my throat is closing",
        "what do I do if i cant breathe in the chair",
        "my face is swollen in that photo, it is the lens, haha",
        "difficulty breathing",
    ],
)
def test_talk_of_leaflets_what_ifs_and_bare_terms_is_asked_about(assistant: Assistant, text: str) -> None:
    judged = assistant.triage.judge(text)
    assert judged.triage_class in (TriageClass.EMERGENCY, None)
    assert judged.triage_class is None or judged.asks


@pytest.mark.parametrize(
    "text", ["no i cant breathe", "no my throat is closing", "she cant breathe", "my tongue is swollen"]
)
def test_what_is_said_of_somebody_in_the_present_is_not_asked_about(assistant: Assistant, text: str) -> None:
    judged = assistant.triage.judge(text)
    assert judged.triage_class is TriageClass.EMERGENCY
    assert not judged.asks


def test_the_strictest_class_counts(assistant: Assistant) -> None:
    text = "can I stop my aspirin? there is pus coming out of my scalp, and what is wrong with me. I can't breathe"
    result = assistant.triage.judge(text)
    assert result.triage_class is TriageClass.EMERGENCY
    assert {finding.triage_class for finding in result.findings} == set(TriageClass)


def test_self_harm_has_its_own_text(assistant: Assistant) -> None:
    assert assistant.triage.judge("I want to kill myself").phrase == "emergency_self_harm"
    assert assistant.triage.judge("I can't breathe").phrase is None


def test_a_match_that_was_turned_off_is_kept_with_its_words_and_reason(assistant: Assistant) -> None:
    result = assistant.triage.judge("I have no chest pain")
    assert result.triage_class is None
    assert [(finding.words, finding.turned_off_by) for finding in result.findings] == [(("chest pain",), "negation")]


def test_an_example_question_of_a_card_is_rarely_taken_for_an_emergency(assistant: Assistant, content: Content) -> None:
    questions = [text for card in content.cards.values() for text in (*card.questions, *card.examples)]
    alarms = [text for text in questions if _class(assistant, text) is TriageClass.EMERGENCY]
    assert len(alarms) < len(questions) / 200, alarms


def _lexicon(rule: dict[str, Any]) -> dict[str, Any]:
    return {
        "concepts": {"pain": ["chest pain"], "now": ["right now"]},
        "rules": [rule],
        "context": {"negation_window": 4, "negation": ["no"]},
    }


def test_a_rule_for_all_of_several_concepts_needs_them_near_each_other() -> None:
    rule = {"id": "near", "class": "emergency", "all": ["pain", "now"], "window": 2}
    triage = Triage(_lexicon(rule))
    assert triage.judge("chest pain so bad right now").triage_class is TriageClass.EMERGENCY
    assert triage.judge("chest pain that I would like to ask about right now").triage_class is None
    assert triage.judge("chest pain. right now").triage_class is None


def test_a_correctly_spelt_word_of_the_cards_is_not_read_as_the_lexicons() -> None:
    lexicon = _lexicon({"id": "one", "class": "emergency", "any": ["pain"]})
    lexicon["concepts"]["pain"] = ["throat"]
    assert Triage(lexicon).judge("my throad").triage_class is TriageClass.EMERGENCY
    assert Triage(lexicon, ["a throad is a thing here"]).judge("my throad").triage_class is None


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"id": "x", "class": "emergency", "any": ["gone"]}, "triage.yml: rule 'x' names the unknown concept 'gone'"),
        ({"id": "x", "class": "emergency"}, "triage.yml: rule 'x' names no concept"),
        ({"id": "x", "class": "serious", "any": ["pain"]}, "triage.yml: rule 'x' has the class 'serious'"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_a_problem_that_names_it(rule: dict[str, Any], message: str) -> None:
    with pytest.raises(Problem) as caught:
        Triage(_lexicon(rule))
    assert caught.value.code is Code.CONTENT_INVALID
    assert caught.value.detail.startswith(message)


def test_findings_hold_only_what_staff_may_read_as_json(assistant: Assistant) -> None:
    result = assistant.triage.judge("my lips are swelling")
    assert json.dumps([[finding.rule, finding.words] for finding in result.findings])
