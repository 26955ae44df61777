import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesofaq.chat.models import ScreeningAnswer
from mesofaq.content.loader import Content
from mesofaq.content.models import Outcome, ScreeningProtocol
from mesofaq.screening.result import reckon

ITEMS = (
    "allergy",
    "pregnancy",
    "blood_thinners",
    "diabetes",
    "liver",
    "kidney",
    "heart",
    "scalp_infection",
    "autoimmune",
    "chemotherapy",
)
POSTPONES = {"pregnancy", "scalp_infection", "chemotherapy"}
READINGS = ("yes", "no", "unsure", "not_answered")
SEVERITY = [outcome.value for outcome in Outcome]

readings = st.fixed_dictionaries({item: st.sampled_from(READINGS) for item in ITEMS})


@pytest.fixture(scope="module")
def protocol(content: Content) -> ScreeningProtocol:
    return content.screening


def _answers(given_readings: dict[str, str]) -> dict[str, ScreeningAnswer]:
    return {
        item: ScreeningAnswer.model_validate({"item": item, "reading": how}) for item, how in given_readings.items()
    }


def test_the_items_are_the_ones_that_other_programs_know(protocol: ScreeningProtocol) -> None:
    assert tuple(item.id for item in protocol.items) == ITEMS
    assert {item.id for item in protocol.items if item.outcome is Outcome.POSTPONE} == POSTPONES


def test_ten_times_no_has_no_flags(protocol: ScreeningProtocol) -> None:
    result = reckon(protocol, _answers(dict.fromkeys(ITEMS, "no")))
    assert (result.result, result.flags) == ("no_flags", ())


@pytest.mark.parametrize("item", ITEMS)
def test_one_yes_leads_to_the_items_own_outcome(protocol: ScreeningProtocol, item: str) -> None:
    result = reckon(protocol, _answers(dict.fromkeys(ITEMS, "no") | {item: "yes"}))
    assert (result.result, result.flags) == ("postpone" if item in POSTPONES else "review", (item,))


@pytest.mark.parametrize("reading", ["unsure", "not_answered"])
@pytest.mark.parametrize("item", ITEMS)
def test_one_item_without_a_clear_answer_leads_to_a_review(
    protocol: ScreeningProtocol, item: str, reading: str
) -> None:
    result = reckon(protocol, _answers(dict.fromkeys(ITEMS, "no") | {item: reading}))
    assert (result.result, result.flags) == ("review", (item,))


def test_an_item_that_was_never_answered_counts_as_not_answered(protocol: ScreeningProtocol) -> None:
    result = reckon(protocol, {})
    assert (result.result, result.flags) == ("review", ITEMS)
    assert {answer.reading for answer in result.answers} == {"not_answered"}


def test_an_answer_keeps_the_message_it_came_from(protocol: ScreeningProtocol) -> None:
    answer = ScreeningAnswer(item="liver", reading="yes", message_id="m1")
    result = reckon(protocol, {"liver": answer})
    assert answer in result.answers
    assert result.protocol_version == protocol.version


@given(readings)
def test_a_yes_on_a_postponing_item_always_postpones(
    protocol: ScreeningProtocol, given_readings: dict[str, str]
) -> None:
    postpones = any(given_readings[item] == "yes" for item in POSTPONES)
    assert (reckon(protocol, _answers(given_readings)).result == "postpone") is postpones


@given(readings)
def test_flags_are_exactly_the_items_without_a_no_in_the_protocols_order(
    protocol: ScreeningProtocol, given_readings: dict[str, str]
) -> None:
    result = reckon(protocol, _answers(given_readings))
    assert result.flags == tuple(item for item in ITEMS if given_readings[item] != "no")
    assert tuple(answer.item for answer in result.answers) == ITEMS


@given(readings, st.sets(st.sampled_from(ITEMS)))
def test_more_yeses_never_make_the_result_milder(
    protocol: ScreeningProtocol, given_readings: dict[str, str], also_yes: set[str]
) -> None:
    before = reckon(protocol, _answers(given_readings)).result
    after = reckon(protocol, _answers(given_readings | dict.fromkeys(also_yes, "yes"))).result
    assert SEVERITY.index(after) >= SEVERITY.index(before)


@given(readings)
def test_no_result_says_that_somebody_is_suitable(protocol: ScreeningProtocol, given_readings: dict[str, str]) -> None:
    text = protocol.results[reckon(protocol, _answers(given_readings)).result].lower()
    assert not any(claim in text for claim in ("suitable", "you can have", "safe for you", "cleared"))
