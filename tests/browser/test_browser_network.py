"""What a patient meets when the network or the service fails, and that nothing but the service is ever asked."""

import json
from urllib.parse import urlsplit

import pytest
from browser_helpers import ANSWER_MS, WASH, Patient
from playwright.sync_api import Page, Request, Route, expect

pytestmark = pytest.mark.browser

MESSAGES = "**/v1/conversations/*/messages"
# Three repeats with their waits, and some room.
GIVEN_UP_MS = 20_000


def message_ids(sent: list[Request]) -> set[str]:
    return {request.post_data_json["client_message_id"] for request in sent}


def test_no_request_leaves_the_origin(page: Page, live_service: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    patient = Patient(page, live_service).open()
    patient.say(WASH)
    patient.press("Talk to a person")

    own = urlsplit(live_service).netloc
    assert [url for url in asked if not url.startswith("data:") and urlsplit(url).netloc != own] == []


def test_a_short_failure_is_tried_again_with_the_same_id(patient: Patient) -> None:
    sent: list[Request] = []

    def fail_twice(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        sent.append(route.request)
        return route.abort() if len(sent) < 3 else route.continue_()

    patient.page.route(MESSAGES, fail_twice)
    patient.write(WASH)
    patient.page.keyboard.press("Enter")

    expect(patient.page.locator("#status")).to_contain_text("Your message is kept. Trying again (1 of 3)")
    expect(patient.replies).to_have_count(1, timeout=GIVEN_UP_MS)
    expect(patient.page.locator("#status")).to_be_hidden()
    assert len(sent) == 3
    assert len(message_ids(sent)) == 1


def test_a_long_failure_keeps_the_message_and_offers_a_retry_and_the_phone(patient: Patient) -> None:
    patient.say("How much does hair mesotherapy cost?")
    sent: list[Request] = []

    def fail(route: Route) -> None:
        sent.append(route.request)
        route.abort()

    patient.page.route(MESSAGES, fail)
    patient.write(WASH)
    patient.page.keyboard.press("Enter")

    failure = patient.view.locator("article.failure")
    expect(failure).to_be_visible(timeout=GIVEN_UP_MS)
    expect(patient.own_messages.last).to_contain_text(WASH)
    clinic = patient.clinic()
    expect(failure.get_by_role("link", name=f"Call {clinic['phone']}")).to_be_visible()
    expect(failure).to_contain_text(clinic["emergency_number"])
    assert len(sent) == 4

    patient.page.unroute(MESSAGES)
    with patient.page.expect_request(lambda request: request.method == "POST") as again:
        patient.button("Try again").click()
    expect(patient.replies).to_have_count(2, timeout=ANSWER_MS)
    expect(failure).to_be_hidden()
    expect(patient.own_messages).to_have_count(2)
    assert message_ids([*sent, again.value]) == message_ids(sent)
    assert len(message_ids(sent)) == 1


def test_an_answer_that_was_lost_on_the_way_is_fetched_not_made_twice(patient: Patient) -> None:
    lost: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            route.fetch()
            lost.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    patient.page.route(MESSAGES, lose_the_first_answer)
    patient.say(WASH)

    expect(patient.page.locator("#status")).to_be_hidden(timeout=GIVEN_UP_MS)
    expect(patient.replies).to_have_count(1)
    assert lost
    assert [message["from"] for message in patient.transcript()].count("patient") == 1


def test_a_problem_document_is_shown_as_plain_text(patient: Patient) -> None:
    detail = "This message <b>cannot</b> be taken. Please put it in other words."
    problem = json.dumps({"status": 422, "detail": detail})

    patient.page.route(
        MESSAGES, lambda route: route.fulfill(status=422, content_type="application/problem+json", body=problem)
    )
    patient.write("Something")
    patient.page.keyboard.press("Enter")

    failure = patient.view.locator("article.failure")
    expect(failure).to_contain_text(detail)
    expect(failure.locator("b")).to_have_count(0)
    expect(patient.button("Try again")).to_have_count(0)


def test_what_staff_write_arrives_once_and_the_stream_is_resumed(page: Page, live_service: str) -> None:
    asked: list[str | None] = []
    reply = {"id": "staff-1", "from": "staff", "kind": "answer", "text": "Hello, this is <i>Ana</i>."}
    message = {"id": "staff-1", "sequence": 1_000_000, "from": "staff", "text": reply["text"], "reply": reply}
    event = f": hello\r\n\r\nevent: message\r\nid: 1000000\r\ndata: {json.dumps(message)}\r\n\r\n"

    def staff_writes(route: Route) -> None:
        asked.append(route.request.headers.get("last-event-id"))
        assert route.request.headers["authorization"].startswith("Bearer ")
        route.fulfill(content_type="text/event-stream", body=event if len(asked) < 3 else ": hello\n\n")

    page.route("**/events", staff_writes)
    patient = Patient(page, live_service).open()
    patient.say(WASH)

    staff = patient.view.locator("article.staff")
    expect(staff).to_contain_text("Hello, this is <i>Ana</i>.")
    page.wait_for_timeout(2_500)
    assert asked[1:3] == ["1000000"] * len(asked[1:3])
    assert len(asked) > 1
    expect(staff).to_have_count(1)


def test_the_page_says_so_when_it_cannot_open(page: Page, live_service: str) -> None:
    page.route("**/v1/clinic", lambda route: route.abort())
    page.goto(f"{live_service}/")

    expect(page.get_by_text("We could not open the chat.")).to_be_visible()
    page.unroute("**/v1/clinic")
    page.get_by_role("button", name="Try again").click()
    Patient(page, live_service).wait_until_ready()
