"""What a message means beside what was said before, two questions in one message, and other languages."""

import pytest

from mesofaq.chat.assistant import Assistant
from mesofaq.understanding.models import Context


def _after(card: str) -> Context:
    return Context(last_cards=(card,))


def _cards(assistant: Assistant, text: str, context: Context) -> tuple[str, ...]:
    found = assistant.understand(text, context)
    assert found.decision is not None
    return found.decision.cards


@pytest.mark.parametrize(
    ("last", "text", "card"),
    [
        ("after-wash", "and coffee?", "after-coffee"),
        ("after-coffee", "and a sauna?", "after-swim-sauna"),
        ("after-wash", "what about before?", "before-wash"),
        ("after-alcohol", "what about before?", "before-alcohol-coffee-smoking"),
        ("pain", "and the price?", "cost"),
    ],
)
def test_a_follow_up_is_read_in_the_light_of_the_last_answer(
    assistant: Assistant, last: str, text: str, card: str
) -> None:
    assert _cards(assistant, text, _after(last))[0] == card


def test_the_same_words_mean_another_thing_after_another_answer(assistant: Assistant) -> None:
    first = _cards(assistant, "what about before?", _after("after-wash"))[0]
    assert first != _cards(assistant, "what about before?", _after("after-alcohol"))[0]


def test_a_new_question_is_not_bent_to_the_last_answer(assistant: Assistant) -> None:
    assert _cards(assistant, "Thanks! When will I see results?", _after("after-wash")) == ("results-when",)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("where is that from", "ask_sources"),
        ("that's not what I asked", "complain"),
        ("say that again", "repeat"),
        ("why so long", "repeat"),
        ("thanks", "thank"),
    ],
)
def test_what_is_said_about_the_last_answer(assistant: Assistant, text: str, intent: str) -> None:
    assert assistant.understand(text, _after("after-wash")).intent == intent


@pytest.mark.parametrize(
    ("text", "cards"),
    [
        ("does it hurt and how long am i there for", ("pain", "session-length")),
        ("What does it cost? And does insurance pay for it?", ("cost", "insurance")),
        ("coffee and wine after, yes or no", ("after-coffee", "after-alcohol")),
    ],
)
def test_two_questions_get_both_answers_in_the_order_asked(
    assistant: Assistant, text: str, cards: tuple[str, str]
) -> None:
    assert _cards(assistant, text, Context()) == cards


@pytest.mark.parametrize(
    "text",
    [
        "Does it hurt? I had a tooth out last year and cried the whole way through.",
        "can i wash and blow dry my hair the same evening",
    ],
)
def test_one_question_in_many_words_gets_one_answer(assistant: Assistant, text: str) -> None:
    found = assistant.understand(text, Context())
    assert found.decision is not None
    assert found.intent != "ask_faq" or len(found.decision.cards) == 1


@pytest.mark.parametrize("text", ["carry on with the questions", "ok go on please", "next question"])
def test_in_the_screening_one_can_ask_to_go_on(assistant: Assistant, text: str) -> None:
    assert assistant.understand(text, Context(pending_item="diabetes")).intent == "start_screening"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("bonjour, je voudrais savoir combien coûte une séance", "fr"),
        ("saçımı ne zaman yıkayabilirim", "tr"),
        ("هل العلاج مؤلم", "ar"),
    ],
)
def test_another_language_goes_to_a_person(assistant: Assistant, text: str, language: str) -> None:
    found = assistant.understand(text, Context())
    assert (found.intent, found.language) == ("other_language", language)


@pytest.mark.parametrize("text", ["nefes alamıyorum", "je n'arrive plus à respirer", "no puedo respirar"])
def test_a_red_flag_in_another_language_is_an_emergency(assistant: Assistant, text: str) -> None:
    assert assistant.understand(text, Context()).intent == "emergency"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("i have epilepsy, can i have it", "personal_medical"),
        ("should i stop eliquis before the session", "medicine_change"),
        ("can i send you a photo of my bald spot", "personal_medical"),
        ("do you do botox", "out_of_scope"),
        ("what dose of minoxidil for women", "out_of_scope"),
        ("are you hiring nurses", "out_of_scope"),
    ],
)
def test_what_no_card_answers_goes_to_a_person(assistant: Assistant, text: str, intent: str) -> None:
    assert assistant.understand(text, Context()).intent == intent


def test_an_own_condition_that_a_card_covers_gets_that_card(assistant: Assistant) -> None:
    assert _cards(assistant, "im on eliquis, am i allowed to have it", Context()) == ("blood-thinners",)
