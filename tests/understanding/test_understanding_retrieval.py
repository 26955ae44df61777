import itertools
from pathlib import Path

import pytest

from mesofaq.chat.assistant import Assistant
from mesofaq.content.loader import Content, read_nlu_examples
from mesofaq.dialogue.replies import CHECK_ME_TEXT, PERSON_TEXT
from mesofaq.understanding.models import Context, Outcome, Understanding

# One plain message for each dialogue act, none of them among its examples.
PLAIN_ACTS = {
    "greet": "hello, good evening",
    "thank": "thank you very much for that",
    "goodbye": "bye, see you next time",
    "affirm": "yes I do",
    "deny": "no I don't",
    "unsure": "I'm not sure about that",
    "stop": "please stop asking me questions",
    "go_back": "go back to the last question please",
    "skip": "skip this question please",
    "ask_why": "why do you want to know that?",
    "ask_sources": "where did you get that information from?",
    "ask_person": "can I talk to a real person please",
    "start_screening": "please check whether I can have the treatment",
    "who_are_you": "am I talking to a robot?",
    "privacy": "who can read my messages?",
    "complain": "that is not what I asked",
    "repeat": "can you repeat that please",
    "not_now": "no, it isn't happening now",
    "out_of_scope": "what will the weather be like tomorrow",
}


def _wordings(content: Content) -> list[tuple[str, str]]:
    return [(card.id, text) for card in content.cards.values() for text in card.questions]


@pytest.fixture(scope="module")
def understood(assistant: Assistant, content: Content) -> dict[str, Understanding]:
    """Every wording that patients are shown, and what is understood."""
    return {text: assistant.understand(text, Context()) for _, text in _wordings(content)}


def test_every_wording_that_patients_are_shown_gets_its_card(
    understood: dict[str, Understanding], content: Content
) -> None:
    """A suggestion's text is one of these: a button that leads elsewhere would be a broken promise."""
    wrong = {}
    for card, text in _wordings(content):
        found = understood[text]
        cards = found.decision.cards if found.decision and found.decision.outcome is Outcome.ANSWER else ()
        if (found.intent, cards) != ("ask_faq", (card,)):
            wrong[text] = (card, found.intent, cards)
    assert len(understood) > 66
    assert wrong == {}


def test_a_shown_wording_is_known_whatever_its_case_and_marks(assistant: Assistant, content: Content) -> None:
    wrong = []
    changes = itertools.cycle([str.upper, lambda text: text.rstrip("?").lower(), lambda text: f"  {text}!! "])
    for card, change in zip(content.cards.values(), changes, strict=False):
        decision = assistant.understand(change(card.question), Context()).decision
        if decision is None or decision.cards != (card.id,):
            wrong.append(change(card.question))
    assert wrong == []


def test_no_two_cards_show_the_same_wording(content: Content) -> None:
    wordings = [text for _, text in _wordings(content)]
    assert len(set(wordings)) == len(wordings)


def test_the_acts_with_a_plain_message_here_are_all_the_acts(home: Path) -> None:
    assert PLAIN_ACTS.keys() == read_nlu_examples(home / "bot" / "data" / "nlu").keys()


@pytest.mark.parametrize(("act", "text"), PLAIN_ACTS.items())
def test_a_plain_message_of_an_act_is_that_act(assistant: Assistant, act: str, text: str) -> None:
    assert assistant.understand(text, Context()).intent == act


def test_an_example_of_an_act_is_that_act(assistant: Assistant, home: Path) -> None:
    examples = read_nlu_examples(home / "bot" / "data" / "nlu")
    wrong = {}
    for act, texts in examples.items():
        for text in texts[::3] if act != "out_of_scope" else texts[::15]:
            found = assistant.understand(text, Context())
            # Triage comes before any act.
            if found.triage.triage_class is None and found.intent != act:
                wrong[text] = (act, found.intent)
    assert wrong == {}


def test_the_texts_of_our_own_buttons_are_acts(assistant: Assistant) -> None:
    intents = [assistant.understand(text, Context()).intent for text in (PERSON_TEXT, CHECK_ME_TEXT)]
    assert intents == ["ask_person", "start_screening"]


def test_a_shown_wording_leaves_little_for_other_cards(understood: dict[str, Understanding], content: Content) -> None:
    crowded = []
    for card, text in _wordings(content):
        best, *others = understood[text].candidates
        if best.card != card or sum(candidate.probability for candidate in others) > 0.01:
            crowded.append(text)
    assert crowded == []


def test_candidates_come_best_first_with_their_nearest_question(assistant: Assistant) -> None:
    found = assistant.understand("how long till i can shampoo after it", Context())
    probabilities = [candidate.probability for candidate in found.candidates]
    assert probabilities == sorted(probabilities, reverse=True)
    assert 0 < sum(probabilities) <= 1.001
    best = found.candidates[0]
    assert best.card == "after-wash"
    assert best.nearest is not None
    assert best.cosine is not None
    assert -1 <= best.cosine <= 1


def test_the_same_question_gets_the_same_answer_every_time(assistant: Assistant) -> None:
    first = assistant.understand("is it ok to dye my hair before", Context())
    assert all(assistant.understand("is it ok to dye my hair before", Context()) == first for _ in range(3))
