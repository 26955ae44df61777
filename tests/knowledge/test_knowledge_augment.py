from hypothesis import given
from hypothesis import strategies as st

from mesofaq.knowledge.augment import Augmenter
from mesofaq.knowledge.examples import OUTSIDE, Example
from mesofaq.knowledge.opinion import ORDINARY

EXAMPLES = [
    Example("does it hurt very much", "card:pain", shown=True),
    Example("what does it cost to have it", "card:cost", shown=True),
    Example("is it ouchy then", "card:pain"),
    Example("thank you so much", "act:thank"),
    Example("my throat is closing", OUTSIDE, "emergency"),
    Example("this price gave me a stroke", None),
]


@given(st.integers(0, 2**32))
def test_the_same_seed_draws_the_same_messages(seed: int) -> None:
    assert Augmenter(EXAMPLES, seed).draw() == Augmenter(EXAMPLES, seed).draw()


@given(st.integers(0, 2**32))
def test_each_example_is_drawn_once_with_its_own_meaning(seed: int) -> None:
    drawn = Augmenter(EXAMPLES, seed).draw()[: len(EXAMPLES)]
    meanings = [(target.labels, target.triage) for target in drawn]
    assert meanings == [((item.label,) if item.label else (), item.triage) for item in EXAMPLES]


def test_an_alarm_inside_a_question_stays_an_alarm_and_gets_no_card() -> None:
    targets = Augmenter(EXAMPLES * 20, 1).draw()[len(EXAMPLES) * 20 :]
    alarms = [target for target in targets if target.triage == "emergency"]
    assert alarms
    assert {target.labels for target in alarms} == {(OUTSIDE,)}


def test_what_only_sounds_alarming_stays_harmless_inside_a_question() -> None:
    targets = Augmenter(EXAMPLES * 20, 1).draw()[len(EXAMPLES) * 20 :]
    mixed = [target for target in targets if not target.labels]
    assert mixed
    assert {target.triage for target in mixed} == {ORDINARY}


def test_a_dialogue_act_is_drawn_twice_and_a_follow_up_once() -> None:
    follow_up = Example("does it hurt very much | cheers", "act:thank", follows=True)
    targets = Augmenter([EXAMPLES[3], follow_up], 1).draw()
    assert sum("|" in target.text for target in targets) == 1
    assert len(targets) == 3


def test_two_questions_share_one_message() -> None:
    targets = Augmenter(EXAMPLES * 20, 1).draw()
    doubles = [target for target in targets if len(target.labels) == 2]
    assert doubles
    assert all(target.triage == ORDINARY for target in doubles)


def test_some_messages_are_misspelt_and_most_words_are_not() -> None:
    drawn = Augmenter(EXAMPLES * 200, 7).draw()
    texts = [target.text for target in drawn if target.labels == ("act:thank",)]
    changed = [text for text in texts if "thank you so much" not in text]
    assert 0.05 < len(changed) / len(texts) < 0.35


def test_without_cards_nothing_is_mixed() -> None:
    assert len(Augmenter([EXAMPLES[-1]], 1).draw()) == 1
