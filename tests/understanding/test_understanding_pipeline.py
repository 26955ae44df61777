import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesofaq.chat.assistant import Assistant
from mesofaq.content.loader import Content
from mesofaq.understanding.models import Context, FinishedScreening, Outcome, Understanding
from mesofaq.understanding.pipeline import Understander, judge_only

DIABETES = Context(pending_item="diabetes")

texts = st.one_of(
    st.text(max_size=200),
    st.text(st.characters(), max_size=50),
    st.lists(st.sampled_from(["no", "yes", "?", "i have", "diabetes", "chest pain", "stop", "\n", "👍"])).map(" ".join),
)


@settings(max_examples=60)
@given(text=texts, pending=st.sampled_from([None, "allergy", "diabetes", "no_such_item"]))
def test_no_text_makes_understanding_raise(assistant: Assistant, text: str, pending: str | None) -> None:
    found = assistant.understand(text, Context(pending_item=pending))
    assert found.intent
    assert 0 <= found.confidence <= 1


def test_everything_found_survives_being_stored_as_json(assistant: Assistant) -> None:
    found = assistant.understand("my mum had chest pain once, can I wash my hair tomorrow?", DIABETES)
    assert Understanding.model_validate_json(found.model_dump_json()) == found


def test_a_question_is_understood_with_its_evidence(assistant: Assistant, content: Content) -> None:
    found = assistant.understand(content.cards["pain"].question, Context())
    assert assistant.bundle is not None
    assert found.bundle == assistant.bundle.id
    assert found.decision is not None
    assert (found.decision.outcome, found.decision.cards) == (Outcome.ANSWER, ("pain",))
    assert found.confidence == found.candidates[0].probability >= found.decision.answer_threshold


def test_triage_comes_before_everything(assistant: Assistant) -> None:
    found = assistant.understand("yes, and I can't breathe", DIABETES)
    assert (found.intent, found.confidence) == ("emergency", 1.0)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("yes", "affirm"),
        ("no", "deny"),
        ("not sure", "unsure"),
        ("I'd rather not say", "skip"),
        ("my metformin keeps it in check", "affirm"),
        ("👍", "affirm"),
        ("👎", "deny"),
        ("stop", "stop"),
        ("go back", "go_back"),
        ("why do you ask", "ask_why"),
        ("no, why do you ask", "ask_why"),
        ("never mind", "stop"),
        ("no more questions", "stop"),
        ("When can I wash my hair after a session?", "ask_faq"),
        ("what will the weather be like tomorrow", "ask_other"),
        ("can I get a refund?", "ask_other"),
        ("xyzzy blorp", "out_of_scope"),
        ("should I stop taking my insulin?", "medicine_change"),
    ],
)
def test_while_an_item_is_asked_an_answer_is_one_and_nothing_else_is(
    assistant: Assistant, text: str, intent: str
) -> None:
    assert assistant.understand(text, DIABETES).intent == intent


@pytest.mark.parametrize(
    ("text", "intent"), [("yes", "emergency"), ("I'm not sure", "emergency"), ("no", "not_now"), ("hello", "greet")]
)
def test_whether_an_emergency_is_happening_now_is_answered_in_doubt_by_one(
    assistant: Assistant, text: str, intent: str
) -> None:
    assert assistant.understand(text, Context(asked_if_now=True)).intent == intent


def test_a_question_that_no_card_answers_is_an_ordinary_one_outside_a_screening(assistant: Assistant) -> None:
    assert assistant.understand("what will the weather be like tomorrow", Context()).intent == "out_of_scope"


@pytest.mark.parametrize(
    ("text", "corrects"), [("wait, I do take Plavix", True), ("I don't take Plavix", False), ("thanks", False)]
)
def test_after_a_finished_screening_only_what_differs_from_it_corrects_it(
    assistant: Assistant, content: Content, text: str, corrects: bool
) -> None:
    answers = {item.id: {"item": item.id, "reading": "no"} for item in content.screening.items}
    finished = FinishedScreening(id="a", about="self", answers=answers)
    found = assistant.understand(text, Context(finished=finished))
    assert (found.intent == "correct_screening") == corrects


def test_without_a_finished_screening_there_is_nothing_to_correct(assistant: Assistant) -> None:
    assert assistant.understand("wait, I do take Plavix", Context()).intent != "correct_screening"


@pytest.mark.parametrize(
    ("text", "whose"), [("mine", "self"), ("it's for my mum", "other"), ("what is mesotherapy", None)]
)
def test_whose_answers_they_are_is_read_where_it_was_asked(assistant: Assistant, text: str, whose: str | None) -> None:
    found = assistant.understand(text, Context(asked_whose=True))
    assert found.screening_whose == whose
    assert (found.intent == "inform_health") == (whose is not None)


def test_every_text_answers_a_follow_up_that_is_nothing_else_for_certain(assistant: Assistant) -> None:
    asked = Context(pending_item="diabetes", pending_follow_up="control")
    found = {text: assistant.understand(text, asked).intent for text in ("so so", "6.9 last time", "stop")}
    assert found == {"so so": "inform_health", "6.9 last time": "inform_health", "stop": "stop"}


def test_something_volunteered_is_taken_while_another_item_is_asked(assistant: Assistant) -> None:
    found = assistant.understand("I take warfarin", DIABETES)
    assert (found.intent, found.screening) == ("inform_health", {"blood_thinners": "yes"})


def test_outside_a_screening_naming_a_condition_is_a_question_about_it(assistant: Assistant) -> None:
    assert assistant.understand("Can people with diabetes have it?", Context()).intent == "ask_faq"


def test_a_card_that_may_not_be_shown_goes_to_a_person(assistant: Assistant, content: Content) -> None:
    assert assistant.bundle is not None
    none_servable = Understander(assistant.triage, assistant.bundle, content.screening, lambda card: False)
    found = none_servable.understand(content.cards["pain"].question)
    assert (found.intent, found.decision.outcome if found.decision else None) == ("out_of_scope", Outcome.HANDOFF)
    assert found.candidates[0].card == "pain"


@pytest.mark.parametrize(
    ("text", "intent"), [("I can't breathe", "emergency"), ("Does it hurt?", "out_of_scope"), ("", "out_of_scope")]
)
def test_triage_alone_lets_nothing_else_pass(assistant: Assistant, text: str, intent: str) -> None:
    found = judge_only(assistant.triage, text)
    assert (found.intent, found.decision, found.bundle) == (intent, None, None)
