"""A finished screening as FHIR R4, held against the models of fhir.resources."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from export_helpers import AT, SCREENING, line, screenings, summary
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from mesofaq.content.loader import Content
from mesofaq.content.screening import ScreeningProtocol
from mesofaq.errors import Code, Problem
from mesofaq.screening.fhir import as_fhir

KINDS = (
    *("no flags", "review", "postpone with follow-ups", "past", "another person", "unclear whose", "correction"),
    *("control characters", "long and strange words"),
)
# https://hl7.org/fhir/R4/datatypes.html#string: no characters below 32 but tab, line feed and carriage return.
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@pytest.fixture(scope="module")
def protocol(content: Content) -> ScreeningProtocol:
    return content.screening


def _resources(protocol: ScreeningProtocol, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The response and the questionnaire of a screening of that kind."""
    response, questionnaire = as_fhir(screenings(protocol)[kind], protocol)["entry"]
    return response["resource"], questionnaire["resource"]


def _items(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for item in items:
        yield item
        yield from _items(item.get("item", []))
        for answer in item.get("answer", []):
            yield from _items(answer.get("item", []))


def _answer(resource: dict[str, Any], link_id: str) -> dict[str, Any] | None:
    found = [item for item in _items(resource["item"]) if item["linkId"] == link_id]
    if not found:
        return None
    (answer,) = found[0]["answer"]
    return dict(answer)


def _code(resource: dict[str, Any], link_id: str) -> str:
    answer = _answer(resource, link_id)
    assert answer is not None
    return str(answer["valueCoding"]["code"])


def test_the_kinds_are_those_that_there_are(protocol: ScreeningProtocol) -> None:
    assert set(KINDS) == set(screenings(protocol))


@pytest.mark.parametrize("kind", KINDS)
def test_fhirs_own_models_accept_it(protocol: ScreeningProtocol, kind: str) -> None:
    document = as_fhir(screenings(protocol)[kind], protocol)
    sent = json.loads(json.dumps(document))
    Bundle.model_validate(sent)
    response, questionnaire = (entry["resource"] for entry in sent["entry"])
    QuestionnaireResponse.model_validate(response)
    Questionnaire.model_validate(questionnaire)


@pytest.mark.parametrize("kind", KINDS)
def test_every_link_of_the_response_is_in_its_questionnaire(protocol: ScreeningProtocol, kind: str) -> None:
    response, questionnaire = _resources(protocol, kind)
    asked = [item["linkId"] for item in _items(questionnaire["item"])]
    answered = [item["linkId"] for item in _items(response["item"])]
    assert len(set(asked)) == len(asked)
    assert len(set(answered)) == len(answered)
    assert set(answered) <= set(asked)
    assert response["questionnaire"] == f"{questionnaire['url']}|{questionnaire['version']}"


@pytest.mark.parametrize("kind", KINDS)
def test_every_code_that_is_answered_is_among_its_questions_options(protocol: ScreeningProtocol, kind: str) -> None:
    response, questionnaire = _resources(protocol, kind)
    options = {item["linkId"]: item.get("answerOption", []) for item in _items(questionnaire["item"])}
    for item in _items(response["item"]):
        for answer in item["answer"]:
            if "valueCoding" in answer:
                assert {"valueCoding": answer["valueCoding"]} in options[item["linkId"]]


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_the_result_whose_answers_they_are_and_when(protocol: ScreeningProtocol, kind: str) -> None:
    made = screenings(protocol)[kind]
    response, _ = _resources(protocol, kind)
    assert (_code(response, "result"), _code(response, "about")) == (made.result, made.about)
    assert response["authored"] == AT.isoformat()
    assert response["identifier"]["value"] == f"urn:uuid:{SCREENING}"


@pytest.mark.parametrize("kind", KINDS)
def test_every_item_has_its_reading(protocol: ScreeningProtocol, kind: str) -> None:
    made = screenings(protocol)[kind]
    response, _ = _resources(protocol, kind)
    assert [_code(response, one.item) for one in made.answers] == [one.reading for one in made.answers]


def test_words_are_as_typed_and_follow_ups_are_beside_them(protocol: ScreeningProtocol) -> None:
    response, _ = _resources(protocol, "postpone with follow-ups")
    assert _answer(response, "pregnancy.typed") == {"valueString": "12 weeks"}
    assert _answer(response, "allergy.which") == {"valueString": "penicillin, I get hives"}
    assert _answer(response, "chemotherapy.when") == {"valueString": "next month"}


def test_a_follow_up_that_was_not_answered_is_left_out(protocol: ScreeningProtocol) -> None:
    response, _ = _resources(protocol, "postpone with follow-ups")
    assert _answer(response, "pregnancy.which") is None


def test_control_characters_are_replaced_where_fhir_forbids_them(protocol: ScreeningProtocol) -> None:
    response, _ = _resources(protocol, "control characters")
    assert _answer(response, "allergy.typed") == {"valueString": "nuts\ufffd\ufffd\ufffd[2J\ufffd\ufffd"}
    strings = [answer.get("valueString", "") for item in _items(response["item"]) for answer in item["answer"]]
    assert [text for text in strings if FORBIDDEN.search(text)] == []


def test_a_correction_is_an_amended_response(protocol: ScreeningProtocol) -> None:
    assert _resources(protocol, "correction")[0]["status"] == "amended"
    assert _resources(protocol, "review")[0]["status"] == "completed"


def test_no_patient_is_named(protocol: ScreeningProtocol) -> None:
    response, _ = _resources(protocol, "review")
    assert not {"subject", "author", "source"} & set(response)


def test_the_questionnaire_asks_what_the_protocol_asks(protocol: ScreeningProtocol) -> None:
    _, questionnaire = _resources(protocol, "review")
    texts = {item["linkId"]: item["text"] for item in _items(questionnaire["item"])}
    for item in protocol.items:
        assert texts[item.id] == item.question
        assert [texts[f"{item.id}.{more.id}"] for more in item.follow_ups] == [
            more.question for more in item.follow_ups
        ]
    assert questionnaire["version"] == protocol.version


def test_the_same_version_has_the_same_address_and_another_version_another(protocol: ScreeningProtocol) -> None:
    other = protocol.model_copy(update={"intro": "In other words."})
    addresses = [as_fhir(summary(one), one)["entry"][1]["resource"]["url"] for one in (protocol, protocol, other)]
    assert addresses[0] == addresses[1] != addresses[2]


def test_an_answer_to_an_item_that_the_protocol_does_not_have_is_left_out(protocol: ScreeningProtocol) -> None:
    made = summary(protocol)
    more = made.model_copy(update={"answers": (*made.answers, line("an_item_of_another_version", "yes", "yes"))})
    response = as_fhir(more, protocol)["entry"][0]["resource"]
    assert _answer(response, "an_item_of_another_version") is None


def test_what_cannot_be_valid_is_refused_without_a_word_of_the_patient(protocol: ScreeningProtocol) -> None:
    made = summary(protocol, line("allergy", "yes", "zebrafinch nuts")).model_copy(update={"id": "zebrafinch !"})
    with pytest.raises(Problem) as caught:
        as_fhir(made, protocol)
    assert caught.value.code is Code.INTERNAL
    assert "could not be written as FHIR" in caught.value.detail
    assert "zebrafinch" not in caught.value.detail
    assert caught.value.__suppress_context__
