"""The page of figures, through the real application."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

import pytest
from staff_review_helpers import answered, signed_in, unanswered
from web_helpers import Site, StandIn, assert_problem, serving, settings_for

from mesofaq.accounts.models import Role
from mesofaq.dialogue import runtime
from mesofaq.settings import Settings

VOUCHERS = ("do you sell gift vouchers", "can i buy a gift voucher for my sister", "is there a gift card for my mum")
SCRIPT = "<script>alert('hm')</script> <img src=x onerror=alert(1)>"


class _Tags(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def count(self, wanted: str) -> int:
        return sum(tag == wanted for tag, _ in self.found)


@pytest.fixture(scope="module")
def site(bundle_settings: Settings, one_rasa: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A service with the checkout's bundle and a record of its own: what other tests asked would be in the groups."""
    folder = tmp_path_factory.mktemp("figures")
    (folder / "bundles").symlink_to(bundle_settings.var / "bundles")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime, "_current", runtime._current)
        with serving(settings_for(folder, bundle_settings.home, one_rasa)) as own:
            yield own


@pytest.fixture
def empty(other_site: Callable[..., Site]) -> Site:
    return other_site()


def test_with_nothing_on_record_every_part_says_so(empty: Site) -> None:
    page = signed_in(empty).get("/staff/figures").text
    for words in (
        "Nobody waits for a person.",
        "No question was handed to a person",
        "Nothing was marked as wrong",
        "All have arrived.",
        "Figures of the last 30 days",
    ):
        assert words in page


def test_without_a_bundle_the_page_says_what_grouping_needs(empty: Site) -> None:
    unanswered(empty, VOUCHERS[0])
    page = signed_in(empty).get("/staff/figures").text
    assert "Grouping them needs a knowledge bundle" in page
    assert VOUCHERS[0] not in page


def test_questions_that_ask_for_the_same_stand_together(site: Site) -> None:
    said = [unanswered(site, words) for words in VOUCHERS]
    page = signed_in(site).get("/staff/figures?days=7").text
    heading = re.search(rf"{len(VOUCHERS)} people:\s*<q[^>]*>([^<]+)</q>", page)
    assert heading is not None
    assert heading.group(1) in VOUCHERS
    for one in said:
        assert f"/staff/conversations/{one.conversation_id}" in page
    assert "Propose a draft card" in page


def test_a_new_group_is_gone_with_its_conversations(site: Site) -> None:
    said = unanswered(site, "may my zebrafinch42 come along to the session")
    browser = signed_in(site)
    assert "zebrafinch42" in browser.get("/staff/figures").text
    site.services.store.erase(said.conversation_id)
    assert "zebrafinch42" not in browser.get("/staff/figures").text


def test_what_somebody_wrote_is_shown_as_text(site: Site) -> None:
    unanswered(site, SCRIPT)
    said = answered(site, "how much")
    browser = signed_in(site)
    assert browser.post(f"/staff/messages/{said.reply_id}/wrong", note=SCRIPT).status_code == 303
    page = browser.get("/staff/figures").text
    assert page.count("&lt;script&gt;") >= 2
    tags = _Tags(page)
    assert tags.count("img") == 0
    assert all("src" in attributes for tag, attributes in tags.found if tag == "script")
    site.services.store.erase(said.conversation_id)


def test_nothing_on_the_page_needs_more_than_its_policy_allows(site: Site) -> None:
    unanswered(site, VOUCHERS[0])
    answer = signed_in(site).get("/staff/figures")
    policy = answer.headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert answer.headers["cache-control"] == "no-store"
    for tag, attributes in _Tags(answer.text).found:
        assert tag != "style"
        assert not any(name == "style" or name.startswith("on") for name in attributes)


def test_every_table_has_a_caption_and_every_heading_cell_a_scope(site: Site) -> None:
    unanswered(site, VOUCHERS[0])
    answered(site, "how much")
    tags = _Tags(signed_in(site).get("/staff/figures").text)
    assert tags.count("table") == tags.count("caption") > 3
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes in tags.found if tag == "th")
    ids = [attributes["id"] for _, attributes in tags.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(attributes.get("aria-label") for tag, attributes in tags.found if tag == "meter")


def test_an_answer_marked_wrong_leads_to_its_place(site: Site) -> None:
    said = answered(site, "how much", "cost", "v17")
    browser = signed_in(site)
    browser.post(f"/staff/messages/{said.reply_id}/wrong", note="Far too dear.")
    page = browser.get("/staff/figures").text
    assert f'href="/staff/conversations/{said.conversation_id}#m-2"' in page
    assert "Far too dear." in page
    assert re.search(r"cost</th>\s*<td>v17</td>\s*<td>1 of 1</td>", page)


@pytest.mark.parametrize("days", ["7", "30", "90"])
def test_the_period_can_be_chosen(site: Site, days: str) -> None:
    page = signed_in(site).get(f"/staff/figures?days={days}").text
    assert f"Figures of the last {days} days" in page
    assert f'value="{days}" selected' in page


@pytest.mark.parametrize("days", ["0", "31", "-7", "zebrafinch42", "", "7;"])
def test_no_other_period_can_be_asked_for(site: Site, days: str) -> None:
    answer = signed_in(site).get(f"/staff/figures?days={days}", Accept="application/json")
    assert_problem(answer, 422, "invalid-request")


def test_reading_is_on_the_audit(site: Site) -> None:
    signed_in(site).get("/staff/figures?days=90")
    rows = site.sql("SELECT action, details FROM audit ORDER BY sequence DESC LIMIT 1")
    assert rows == [("figures.read", '{"days": 90}')]


def test_nobody_reads_them_who_is_not_signed_in(site: Site) -> None:
    assert_problem(site.ask("GET", "/staff/figures"), 401, "unauthorized")
    page = site.ask("GET", "/staff/figures", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["location"]) == (303, "/staff/sign-in?next=/staff/figures")


@pytest.mark.parametrize("role", list(Role))
def test_everybody_of_the_staff_may_read_them(site: Site, role: Role) -> None:
    assert signed_in(site, role).get("/staff/figures").status_code == 200
