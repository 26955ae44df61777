"""The two programs that `mesofaq up` runs: their commands, environments, and Rasa's generated endpoints."""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import yaml
from sqlalchemy.engine import make_url

from mesofaq.settings import Settings, offline_environment
from mesofaq.supervise.children import Program
from mesofaq.supervise.preflight import rasa_python
from mesofaq.supervise.processes import http_probe

__all__ = [
    "environment",
    "rasa_environment",
    "rasa_program",
    "service_program",
    "service_url",
    "write_endpoints",
]

_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  where such a listener is reached from here
_STREAMS_END_S = 5


def service_url(settings: Settings) -> str:
    """Where the service is reached from this machine."""
    host = _EVERY_ADDRESS.get(settings.host, settings.host)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def environment(settings: Settings) -> dict[str, str]:
    """The environment that gives another process of MesoFAQ exactly these settings."""
    given = settings.model_dump(mode="json", exclude_none=True)
    ours = {f"MESOFAQ_{name.upper()}": str(value) for name, value in given.items()}
    return {**offline_environment(), **ours, "MESOFAQ_HOME": str(settings.home.resolve())}


def rasa_environment(settings: Settings) -> dict[str, str]:
    """Rasa's environment: what its endpoints name, and none of the service's own settings and secrets."""
    stock = {name: value for name, value in offline_environment().items() if not name.startswith("MESOFAQ_")}
    ours = {
        "MESOFAQ_SERVICE_URL": service_url(settings),
        "MESOFAQ_RASA_TOKEN": settings.rasa_token,
        "MESOFAQ_TRACKER_DB": str((settings.var / "rasa" / "tracker.db").resolve()),
        # 0: no cache. A model is trained only when something changed; two trainings at once would share it.
        "RASA_MAX_CACHE_SIZE": "0",
        "RASA_CACHE_DIRECTORY": str((settings.var / "rasa" / "cache").resolve()),
        "PYTHONUNBUFFERED": "1",
        # Known, and of no use to whoever reads the log: Rasa 3.6 is pinned to SQLAlchemy 1.4.
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }
    if settings.rasa_tracker_url:
        ours["MESOFAQ_TRACKER_URL"] = _for_rasa(settings.rasa_tracker_url)
    if settings.redis_url:
        ours["MESOFAQ_REDIS_PASSWORD"] = unquote(urlsplit(settings.redis_url).password or "")
    return {**stock, **ours}


def service_program(settings: Settings) -> Program:
    """The service, in this interpreter."""
    command = [sys.executable, "-m", "uvicorn", "mesofaq.web.app:create_app", "--factory", "--no-access-log"]
    command += ["--host", settings.host, "--port", str(settings.port)]
    # Event streams never end by themselves: without this a stop would wait for every open chat window.
    command += ["--timeout-graceful-shutdown", str(_STREAMS_END_S)]
    return Program(
        name="service",
        command=command,
        cwd=settings.home,
        env=environment(settings),
        log=settings.var / "log" / "service.log",
        port=settings.port,
        probe=http_probe(f"{service_url(settings)}/health"),
    )


def rasa_program(settings: Settings, model: Path) -> Program:
    """Rasa in its own Python, on loopback, without its API; `bot/start_rasa.py` keeps its logs private."""
    home = settings.home
    command = [str(rasa_python(settings)), str(home / "bot" / "start_rasa.py"), "run", "--model", str(model)]
    command += ["--interface", "127.0.0.1", "--port", str(settings.rasa_port)]
    command += ["--endpoints", str(write_endpoints(settings)), "--credentials", str(home / "credentials.yml")]
    return Program(
        name="rasa",
        command=command,
        cwd=settings.home,
        env=rasa_environment(settings),
        log=settings.var / "log" / "rasa.log",
        port=settings.rasa_port,
        probe=http_probe(f"http://127.0.0.1:{settings.rasa_port}/", b"Hello from Rasa"),
    )


def write_endpoints(settings: Settings) -> Path:
    """Write `var/rasa/endpoints.yml`: the root file, with the stores that the settings name.

    No secret is written: Rasa puts in `${NAME}` from its environment as it reads the file.
    """
    endpoints = yaml.safe_load((settings.home / "endpoints.yml").read_text(encoding="utf-8")) or {}
    if settings.rasa_tracker_url:
        endpoints["tracker_store"] = {"type": "SQL", "url": "${MESOFAQ_TRACKER_URL}"}
    if settings.redis_url:
        endpoints["lock_store"] = _redis_lock_store(settings.redis_url)
    path = settings.var / "rasa" / "endpoints.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    # Block style: Rasa fills in `${NAME}` in plain scalars only, and flow style would quote them.
    path.write_text(yaml.safe_dump(endpoints, default_flow_style=False, sort_keys=False), encoding="utf-8")
    return path


def _for_rasa(url: str) -> str:
    """The same database, by the driver in Rasa's environment: psycopg2, where ours is psycopg 3."""
    parsed = make_url(url)
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg2")
    return parsed.render_as_string(hide_password=False)


def _redis_lock_store(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    store: dict[str, Any] = {
        "type": "redis",
        "url": parts.hostname or "127.0.0.1",
        "port": parts.port or 6379,
        "db": int(parts.path.strip("/") or 0),
    }
    if parts.username:
        store["username"] = unquote(parts.username)
    if parts.password:
        store["password"] = "${MESOFAQ_REDIS_PASSWORD}"  # noqa: S105  the name of a variable
    if parts.scheme == "rediss":
        store["use_ssl"] = True
    return store
