import json
from http import HTTPStatus

import pytest

from mesofaq.errors import Code, Problem

STATUS = {
    "invalid-request": 422,
    "malformed-body": 400,
    "text-empty": 422,
    "text-too-long": 422,
    "command-refused": 422,
    "unauthorized": 401,
    "forbidden": 403,
    "not-found": 404,
    "method-not-allowed": 405,
    "body-too-large": 413,
    "rate-limited": 429,
    "still-working": 503,
    "conflict": 409,
    "internal": 500,
    "not-ready": 503,
    "content-invalid": 500,
    "bundle-missing": 500,
    "bundle-damaged": 500,
    "build-tools-missing": 500,
    "setting-invalid": 500,
    "port-in-use": 500,
    "python-missing": 500,
    "disk-full": 500,
    "rasa-failed": 500,
    "store-failed": 500,
    "dialogue-failed": 503,
}
"""Other programs are written against these: a code is added, never changed."""


@pytest.mark.parametrize("code", STATUS)
def test_a_code_keeps_its_meaning_and_its_status(code: str) -> None:
    assert Problem(Code(code), "Something.").status == STATUS[code]


@pytest.mark.parametrize("code", Code)
def test_a_problem_is_a_problem_document(code: Code) -> None:
    document = Problem(code, "What was wrong. What to do.").as_document()
    assert document["type"] == f"urn:mesofaq:problem:{code}"
    assert (document["code"], document["detail"]) == (str(code), "What was wrong. What to do.")
    assert document["status"] in set(HTTPStatus)
    assert document["title"][0].isupper()
    assert json.loads(json.dumps(document)) == document


def test_a_problem_carries_its_data_and_headers() -> None:
    problem = Problem(Code.TEXT_TOO_LONG, "Too long.", headers={"Retry-After": "3"}, max_chars=2000)
    assert problem.as_document()["max_chars"] == 2000
    assert problem.headers == {"Retry-After": "3"}


def test_the_sentence_of_a_problem_is_what_a_command_prints() -> None:
    assert str(Problem(Code.NOT_FOUND, "There is no such card.")) == "There is no such card."
