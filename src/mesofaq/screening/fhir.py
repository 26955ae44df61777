"""A finished screening as FHIR R4: a `Bundle` of the `QuestionnaireResponse` and the `Questionnaire` it answers.

Built with the models of fhir.resources (R4B, which for these resources has the form of R4 4.0.1), so that what leaves
here is well formed, or an error. No patient is named: the receiving system knows whose it is.

Sources: https://hl7.org/fhir/R4/questionnaire.html and https://hl7.org/fhir/R4/questionnaireresponse.html.
"""

import re
import uuid
from typing import Any

from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from pydantic import ValidationError

from mesofaq.content.screening import ScreeningItem, ScreeningProtocol
from mesofaq.errors import Code, Problem
from mesofaq.store.records import ScreeningLine, ScreeningSummary

__all__ = ["as_fhir"]

_NAMESPACE = uuid.UUID("5f0b7c0e-6f0d-5d0c-9a59-6d65736f6661")
_READINGS = "urn:uuid:" + str(uuid.uuid5(_NAMESPACE, "readings"))
_RESULTS = "urn:uuid:" + str(uuid.uuid5(_NAMESPACE, "results"))
_ABOUT = "urn:uuid:" + str(uuid.uuid5(_NAMESPACE, "about"))
_NOT_IN_FHIR = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_RESULT_NAMES = {
    "no_flags": "Nothing on the list; a doctor decides at the consultation",
    "review": "A clinician looks before any treatment",
    "postpone": "Postpone",
}
_ABOUT_NAMES = {"self": "The person who writes", "other": "Somebody else", "unclear": "It stayed unclear"}


def as_fhir(summary: ScreeningSummary, protocol: ScreeningProtocol) -> dict[str, Any]:
    """The screening as a FHIR R4 bundle of the type `collection`.

    Args:
        summary: the finished screening, with the patient's words.
        protocol: the protocol of the version that it was asked with.

    Returns:
        JSON-ready data: first the `QuestionnaireResponse`, then its `Questionnaire`.

    Raises:
        Problem: `internal`, what was made is no valid FHIR: better no export than a broken one.
    """
    questionnaire = _questionnaire(summary.protocol_version, protocol)
    response = _response(summary, protocol)
    data = {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": summary.at.isoformat(),
        "entry": [
            {"fullUrl": f"urn:uuid:{summary.id}", "resource": response},
            {"fullUrl": questionnaire["url"], "resource": questionnaire},
        ],
    }
    try:
        Questionnaire.model_validate(questionnaire)
        QuestionnaireResponse.model_validate(response)
        Bundle.model_validate(data)
    except ValidationError as error:
        # Nothing of the error's text: it quotes the patient.
        where = ".".join(str(step) for step in error.errors()[0]["loc"])
        raise Problem(Code.INTERNAL, f"The screening could not be written as FHIR ('{where}' is not valid).") from None
    return data


def _questionnaire(version: str, protocol: ScreeningProtocol) -> dict[str, Any]:
    items: list[dict[str, Any]] = [
        {"linkId": "about", "text": protocol.about, "type": "choice", "answerOption": _options(_ABOUT_NAMES, _ABOUT)}
    ]
    labels = {str(key): text for key, text in protocol.says.labels.items()}
    for item in protocol.items:
        items.append(
            {
                "linkId": item.id,
                "text": item.question,
                "type": "choice",
                "answerOption": _options(labels, _READINGS),
                "item": [
                    {"linkId": f"{item.id}.typed", "text": "As typed", "type": "string"},
                    *(
                        {"linkId": f"{item.id}.{more.id}", "text": more.question, "type": "string"}
                        for more in item.follow_ups
                    ),
                ],
            }
        )
    items.append(
        {
            "linkId": "result",
            "text": "Result",
            "type": "choice",
            "readOnly": True,
            "answerOption": _options(_RESULT_NAMES, _RESULTS),
        }
    )
    return {
        "resourceType": "Questionnaire",
        "url": _url(version),
        "version": version,
        "name": "HairMesotherapyPreScreening",
        "title": "Pre-screening before hair mesotherapy",
        "status": {"approved": "active"}.get(protocol.review.status.value, "draft"),
        "subjectType": ["Patient"],
        "description": protocol.intro,
        "item": items,
    }


def _response(summary: ScreeningSummary, protocol: ScreeningProtocol) -> dict[str, Any]:
    questions = {item.id: item for item in protocol.items}
    labels = {str(key): text for key, text in protocol.says.labels.items()}
    about = {"linkId": "about", "answer": [_coding(summary.about, _ABOUT_NAMES, _ABOUT)]}
    answers = [_answer(line, questions[line.item], labels) for line in summary.answers if line.item in questions]
    result = {"linkId": "result", "answer": [_coding(summary.result, _RESULT_NAMES, _RESULTS)]}
    return {
        "resourceType": "QuestionnaireResponse",
        "id": summary.id,
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{summary.id}"},
        "questionnaire": f"{_url(summary.protocol_version)}|{summary.protocol_version}",
        "status": "amended" if summary.corrects else "completed",
        "authored": summary.at.isoformat(),
        "item": [about, *answers, result],
    }


def _answer(line: ScreeningLine, item: ScreeningItem, labels: dict[str, str]) -> dict[str, Any]:
    nested = []
    if line.typed:
        nested.append({"linkId": f"{item.id}.typed", "answer": [{"valueString": _string(line.typed)}]})
    for more in line.follow_ups:
        if more.typed:
            nested.append({"linkId": f"{item.id}.{more.follow_up}", "answer": [{"valueString": _string(more.typed)}]})
    answer = _coding(line.reading, labels, _READINGS)
    return {"linkId": item.id, "text": item.question, "answer": [{**answer, **({"item": nested} if nested else {})}]}


def _string(text: str) -> str:
    """`text` without the control characters that a FHIR string may not hold."""
    return _NOT_IN_FHIR.sub("\ufffd", text)


def _options(names: dict[str, str], system: str) -> list[dict[str, Any]]:
    return [_coding(code, names, system) for code in names]


def _coding(code: str, names: dict[str, str], system: str) -> dict[str, Any]:
    return {"valueCoding": {"system": system, "code": code, "display": names.get(code, code)}}


def _url(version: str) -> str:
    return f"urn:uuid:{uuid.uuid5(_NAMESPACE, version)}"
