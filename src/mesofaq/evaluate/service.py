"""The service that messages are sent to by `mesofaq bench` and `mesofaq eval`.

Only one on this machine, and never one in production: made-up emergencies would call the staff of a real clinic.
"""

import ipaddress
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from mesofaq.errors import Code, Problem
from mesofaq.settings import Settings
from mesofaq.supervise import read_pids
from mesofaq.supervise.programs import service_url
from mesofaq.supervise.runfile import run_file

__all__ = ["CONNECT_S", "Service", "find_service", "service_at"]

CONNECT_S = 3.0


@dataclass(frozen=True)
class Service:
    """A running service: where it is, and with which bundle."""

    url: str
    bundle: str | None


def find_service(settings: Settings, transport: httpx.BaseTransport | None = None) -> Service:
    """The service that runs for these settings, asked whether it is well.

    Args:
        settings: its home folder and port.
        transport: for tests; the network otherwise.

    Raises:
        Problem: `not-ready`, nothing answers there; `invalid-request`, it is not this machine's, or in production.
    """
    known = "service" in read_pids(settings)
    url = service_url(settings.model_copy(update={"port": _port(settings)}) if known else settings)
    return service_at(url, settings, transport)


def service_at(url: str, settings: Settings, transport: httpx.BaseTransport | None = None) -> Service:
    """The service at an address, asked whether it is well.

    Args:
        url: where it is, e.g. `http://127.0.0.1:8000`.
        settings: whether this is production.
        transport: for tests; the network otherwise.

    Raises:
        Problem: `not-ready`, nothing answers there; `invalid-request`, it is not this machine's, or in production.
    """
    if settings.env == "production":
        raise Problem(
            Code.INVALID_REQUEST,
            "This would send made-up emergencies to a service in production: run it with MESOFAQ_ENV=development.",
        )
    url = url.rstrip("/")
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https"):
        raise Problem(Code.INVALID_REQUEST, f"'{url}' is no address: write it like http://127.0.0.1:8000.")
    if host != "localhost" and not _is_loopback(host):
        message = f"The service is on {host}, and made-up messages are only sent within this machine: name one here."
        raise Problem(Code.INVALID_REQUEST, message)
    try:
        # No proxy from the environment: what is sent must not leave this machine.
        with httpx.Client(timeout=CONNECT_S, trust_env=False, transport=transport) as client:
            health = client.get(f"{url}/health").raise_for_status().json()
    except (httpx.HTTPError, ValueError):
        raise Problem(
            Code.NOT_READY,
            f"No service answers at {url}: start 'MESOFAQ_RATE_LIMIT=0 mesofaq up' in another terminal first.",
        ) from None
    return Service(url, health.get("bundle"))


def _port(settings: Settings) -> int:
    """The port that the running service was given: `up` may have been started with another than these settings'."""
    port: int = json.loads(run_file(settings).read_text(encoding="utf-8"))["service"]["port"]
    return port


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
