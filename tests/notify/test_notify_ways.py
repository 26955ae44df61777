"""From settings and the clinic's facts to ways: whole ones, or a sentence that says what is wrong."""

import asyncio

import pytest
from notify_helpers import SECRET

from mesofaq.content.loader import Content
from mesofaq.content.models import Clinic
from mesofaq.errors import Code, Problem
from mesofaq.notify import ways_of
from mesofaq.notify.way import Way
from mesofaq.settings import Settings
from mesofaq.store import utc_now

MAIL = {"smtp_url": "smtp://user:geheim@mail.clinic.example", "notify_mail": "desk@clinic.example, x@clinic.example"}
HOOK = {"webhook_url": "https://hooks.clinic.example/geheim", "webhook_secret": SECRET}


@pytest.fixture
def clinic(content: Content) -> Clinic:
    return content.clinic


def _ways(clinic: Clinic, **settings: str) -> list[Way]:
    ways = ways_of(Settings(**settings), clinic, utc_now)
    for way in ways:
        asyncio.run(way.close())
    return ways


def _problem(clinic: Clinic, **settings: str) -> str:
    with pytest.raises(Problem) as caught:
        _ways(clinic, **settings)
    assert caught.value.code is Code.SETTING_INVALID
    assert "geheim" not in caught.value.detail
    return caught.value.detail


def test_without_settings_there_is_no_way(clinic: Clinic) -> None:
    assert _ways(clinic) == []


def test_both_ways_can_be_had(clinic: Clinic) -> None:
    assert [way.name for way in _ways(clinic, **MAIL, **HOOK)] == ["mail", "webhook"]


def test_a_way_says_where_it_leads_without_a_secret(clinic: Clinic) -> None:
    mail, hook = _ways(clinic, **MAIL, **HOOK)
    assert mail.where == "e-mail to desk@clinic.example, x@clinic.example through mail.clinic.example"
    assert hook.where == "webhook to hooks.clinic.example"


@pytest.mark.parametrize("missing", ["smtp_url", "notify_mail", "webhook_url", "webhook_secret"])
def test_half_a_way_is_refused_and_names_what_is_missing(clinic: Clinic, missing: str) -> None:
    settings = {**MAIL, **HOOK, missing: ""}
    assert f"MESOFAQ_{missing.upper()} is not" in _problem(clinic, **settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("smtp_url", "mail.clinic.example"),
        ("notify_mail", "desk"),
        ("notify_mail", "desk@clinic.example; x@clinic.example"),
        ("notify_mail", "desk@clinic.example\nBcc: x@elsewhere.example"),
        ("mail_from", "MesoFAQ"),
        ("mail_from", "a@clinic.example, b@clinic.example"),
        ("webhook_url", "hooks.clinic.example"),
        ("webhook_secret", "geheim"),
        ("public_url", "faq.clinic.example"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(clinic: Clinic, name: str, value: str) -> None:
    assert f"MESOFAQ_{name.upper()}" in _problem(clinic, **{**MAIL, **HOOK, name: value})
