"""A browser for the console's forms that runs no scripts: cookies, hidden fields, and what browsers say of requests.

httpx sends no Secure cookies over plain HTTP to 127.0.0.1, as browsers do; so cookies are kept here by hand.
"""

import re
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pyotp
from web_helpers import Site

from mesofaq.accounts.models import Role, StaffRecord
from mesofaq.store.audit import CLI
from mesofaq.store.store import utc_now

PASSWORD = "seven quiet herons"
NEW_PASSWORD = "nine loud ravens"
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
OURS = {"Sec-Fetch-Site": "same-origin"}


class Browser:
    """Somebody's browser. `last` is the page that is open."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.cookies: dict[str, str] = {}
        self.last: httpx.Response | None = None

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._keep(self.site.ask("GET", path, headers={**PAGE, **self._cookie(), **headers}))

    def post(self, path: str, data: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        """Send the form of the page that is open, with its token."""
        form = {"csrf_token": self.token, **(data or {})}
        return self._keep(self.site.ask("POST", path, data=form, headers={**PAGE, **OURS, **self._cookie(), **headers}))

    @property
    def token(self) -> str:
        """The token in the forms of the page that is open."""
        found = re.search(r'name="csrf_token" value="([^"]*)"', self.last.text if self.last is not None else "")
        return found[1] if found else ""

    def sign_in(self, username: str, password: str = PASSWORD, **data: str) -> httpx.Response:
        self.get("/staff/sign-in")
        return self.post("/staff/sign-in", {"username": username, "password": password, **data})

    def _cookie(self) -> dict[str, str]:
        said = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": said} if said else {}

    def _keep(self, answer: httpx.Response) -> httpx.Response:
        for line in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                self.cookies.pop(name, None)
                if morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value
        if answer.headers.get("content-type", "").startswith("text/html"):
            self.last = answer
        return answer


def person(site: Site, username: str, role: Role = Role.CLINICIAN) -> StaffRecord:
    """Somebody who may sign in."""
    return site.services.accounts.add(username, username.title(), "nurse", role, PASSWORD, by=CLI)


def code_now(secret: str, steps: int = 0) -> str:
    """What the app shows now, or so many steps of 30 seconds from now."""
    return pyotp.TOTP(secret).at(int(utc_now().timestamp()) + 30 * steps)


def actions(site: Site, count: int = 1) -> list[str]:
    """The last acts of the audit, oldest first."""
    return [entry.action for entry in reversed(site.services.accounts.audit.last(count))]
