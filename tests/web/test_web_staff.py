"""What staff's own systems may read, and nobody else."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from web_helpers import PLANTED, Site, StandIn, assert_problem, serving, settings_for

from fixtures_live import Chat
from mesofaq.chat.models import HandoffDraft, Kind, Priority, Reason, ReplyDraft, ScreeningAnswer
from mesofaq.screening.result import reckon
from mesofaq.settings import Settings

TOKEN = "the staff's own token"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def staff_site(
    bundle_settings: Settings, one_rasa: StandIn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A service, without a bundle, that knows a staff token."""
    folder = tmp_path_factory.mktemp("staff")
    with serving(settings_for(folder, bundle_settings.home, one_rasa, staff_token=TOKEN)) as site:
        yield site


def finish(site: Site, *, version: str | None = None) -> str:
    """Finish a screening in the record; gives its id."""
    store, protocol = site.services.store, site.services.assistant.content.screening
    conversation = store.create_conversation("0" * 64)
    message_id = store.receive(conversation.id, f"yes {PLANTED}\x1b", None).message_id
    answers = {"heart": ScreeningAnswer(item="heart", reading="yes", message_id=message_id)}
    result = reckon(protocol, answers)
    if version is not None:
        result = result.model_copy(update={"protocol_version": version})
    draft = ReplyDraft(
        kind=Kind.SCREENING,
        text="Thank you.",
        screening_result=result,
        handoff=HandoffDraft(reason=Reason.SCREENING, priority=Priority.ROUTINE),
    )
    store.finish(message_id, [draft], bundle_id=None)
    return str(store.screening_context(conversation.id, 10).last_id)


@pytest.fixture(scope="module")
def screening(staff_site: Site) -> str:
    return finish(staff_site)


def _get(site: Site, path: str, authorization: str | None = f"Bearer {TOKEN}") -> Any:
    headers = {} if authorization is None else {"Authorization": authorization}
    return site.ask("GET", f"/v1/staff/screenings/{path}", headers=headers)


def test_who_has_the_token_reads_a_screening(staff_site: Site, screening: str) -> None:
    answer = _get(staff_site, screening)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    document = answer.json()
    assert document == staff_site.services.store.screening(screening).model_dump(mode="json")
    told = {line["item"]: (line["reading"], line["typed"]) for line in document["answers"]}
    assert told["heart"] == ("yes", f"yes {PLANTED}\x1b")


def test_who_has_the_token_exports_a_screening(staff_site: Site, screening: str) -> None:
    answer = _get(staff_site, f"{screening}/fhir")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/fhir+json")
    Bundle.model_validate(answer.json())
    response, questionnaire = (entry["resource"] for entry in answer.json()["entry"])
    assert (response["resourceType"], response["id"]) == ("QuestionnaireResponse", screening)
    assert questionnaire["resourceType"] == "Questionnaire"


@pytest.mark.parametrize("form", ["", "/fhir"])
def test_nothing_on_the_way_keeps_a_screening(staff_site: Site, screening: str, form: str) -> None:
    assert _get(staff_site, f"{screening}{form}").headers["cache-control"] == "no-store"


def test_the_scheme_may_be_written_in_any_case(staff_site: Site, screening: str) -> None:
    assert _get(staff_site, screening, f"bearer  {TOKEN}").status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        TOKEN,
        f"Basic {TOKEN}",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN}x",
        "Bearer \u00e9",
    ],
)
@pytest.mark.parametrize("form", ["", "/fhir"])
def test_without_the_right_token_nobody_reads_anything(
    staff_site: Site, screening: str, authorization: str | None, form: str
) -> None:
    encoded = None if authorization is None else authorization.encode("latin-1")
    answer = _get(staff_site, f"{screening}{form}", encoded)  # type: ignore[arg-type]
    assert_problem(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_who_has_no_token_is_not_told_which_screenings_there_are(staff_site: Site) -> None:
    assert_problem(_get(staff_site, UNKNOWN, None), 401, "unauthorized")


def test_a_conversations_token_opens_nothing_here(staff_site: Site, screening: str) -> None:
    token = Chat(staff_site.url).opened["token"]
    assert_problem(_get(staff_site, screening, f"Bearer {token}"), 401, "unauthorized")


@pytest.mark.parametrize("authorization", [None, "Bearer", f"Bearer {TOKEN}"])
def test_while_no_token_is_set_nobody_gets_in(site: Site, authorization: str | None) -> None:
    assert site.settings.staff_token == ""
    assert_problem(_get(site, UNKNOWN, authorization), 401, "unauthorized")


@pytest.mark.parametrize("unknown", [UNKNOWN, "no-uuid", "%00"])
@pytest.mark.parametrize("form", ["", "/fhir"])
def test_an_unknown_screening_is_not_found(staff_site: Site, unknown: str, form: str) -> None:
    assert_problem(_get(staff_site, f"{unknown}{form}"), 404, "not-found")


def test_a_protocol_that_was_never_live_here_is_not_found(staff_site: Site) -> None:
    screening = finish(staff_site, version="of-another-service")
    assert _get(staff_site, screening).status_code == 200
    document = assert_problem(_get(staff_site, f"{screening}/fhir"), 404, "not-found")
    assert "of-another-service" in document["detail"]


def test_a_service_keeps_the_protocol_that_it_starts_with(staff_site: Site) -> None:
    protocol = staff_site.services.assistant.content.screening
    assert staff_site.services.store.protocol(protocol.version) == protocol.model_dump(mode="json")


def test_starting_again_keeps_the_protocol_once(other_site: Callable[..., Site]) -> None:
    site = other_site()
    other_site()
    assert site.sql("SELECT count(*) FROM protocols") == [(1,)]


def test_both_addresses_are_in_the_openapi_document(staff_site: Site) -> None:
    paths = json.loads(staff_site.ask("GET", "/v1/openapi.json").text)["paths"]
    fhir = paths["/v1/staff/screenings/{screening_id}/fhir"]["get"]["responses"]
    assert "application/fhir+json" in fhir["200"]["content"]
    assert {"401", "404"} <= set(paths["/v1/staff/screenings/{screening_id}"]["get"]["responses"])
