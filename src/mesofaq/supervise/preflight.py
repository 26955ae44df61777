"""What must be true before anything is started; each fault is one sentence that says what to do."""

import errno
import shutil
import socket
import subprocess
from pathlib import Path

from mesofaq.errors import Code, Problem
from mesofaq.settings import Settings

__all__ = ["check", "check_disk", "check_home", "check_port", "check_rasa_python", "rasa_python"]

DISK_FREE_MIN_BYTES = 1_000_000_000
HOME_HOLDS = ("content", "config.yml", "endpoints.yml", "credentials.yml")


def rasa_python(settings: Settings) -> Path:
    """The interpreter of Rasa's own environment."""
    return settings.home / "bot" / ".venv" / "bin" / "python"


def check(settings: Settings) -> None:
    """Check everything; Rasa's part only where Rasa is started here.

    Raises:
        Problem: the first fault found.
    """
    check_home(settings)
    check_disk(settings)
    check_port(settings.host, settings.port, "MESOFAQ_PORT")
    if settings.rasa_url:
        if not settings.rasa_token:
            raise Problem(
                Code.SETTING_INVALID,
                "MESOFAQ_RASA_URL names a Rasa elsewhere: set MESOFAQ_RASA_TOKEN to the token that it sends.",
            )
        return
    if settings.rasa_port == settings.port:
        raise Problem(
            Code.SETTING_INVALID,
            f"MESOFAQ_PORT and MESOFAQ_RASA_PORT are both {settings.port}: give each its own.",
        )
    check_port("127.0.0.1", settings.rasa_port, "MESOFAQ_RASA_PORT")
    check_rasa_python(settings)


def check_home(settings: Settings) -> None:
    """Check that the home folder is one of MesoFAQ's.

    Raises:
        Problem: `setting-invalid`.
    """
    missing = [name for name in HOME_HOLDS if not (settings.home / name).exists()]
    if missing:
        raise Problem(
            Code.SETTING_INVALID,
            f"{settings.home} has no {' and no '.join(missing)}: "
            "start MesoFAQ in its own folder, or name that with MESOFAQ_HOME.",
        )


def check_disk(settings: Settings) -> None:
    """Check that `var/` can be written and has 1 GB free.

    Raises:
        Problem: `disk-full`, or `store-failed` where the folder cannot be made.
    """
    try:
        settings.var.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(
            Code.STORE_FAILED,
            f"{settings.var} cannot be made ({error.strerror}): check who owns the folder above it.",
        ) from None
    free = shutil.disk_usage(settings.var).free
    if free < DISK_FREE_MIN_BYTES:
        raise Problem(
            Code.DISK_FULL,
            f"Only {free / 1e9:.1f} GB are free for {settings.var}, and 1 GB is needed: free some space.",
            free_bytes=free,
        )


def check_port(host: str, port: int, variable: str) -> None:
    """Check that nothing listens on a port yet.

    Args:
        host: the address to listen on, a name or a number.
        port: the port.
        variable: the setting to change, for the sentence.

    Raises:
        Problem: `port-in-use`, or `setting-invalid` for an address or port that this machine does not give.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # As the servers do: a connection of an earlier run that is still closing does not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Problem(
                Code.PORT_IN_USE,
                f"Port {port} on {host} is in use: stop what uses it, or set {variable} to a free one.",
                port=port,
            ) from None
        raise Problem(
            Code.SETTING_INVALID,
            f"Nothing can listen on port {port} of {host} ({error.strerror}): "
            f"set MESOFAQ_HOST and {variable} to what this machine has.",
        ) from None


def check_rasa_python(settings: Settings) -> None:
    """Check that Rasa's environment is there and has Rasa in it.

    Raises:
        Problem: `python-missing`.
    """
    find = "import importlib.util, sys; sys.exit(importlib.util.find_spec('rasa') is None)"
    try:
        subprocess.run(  # noqa: S603  our own interpreter
            [rasa_python(settings), "-I", "-c", find],
            check=True,
            capture_output=True,
            cwd=settings.home,
            timeout=60,
        )
    except (OSError, subprocess.SubprocessError):
        raise Problem(
            Code.PYTHON_MISSING,
            f"Rasa's Python in {rasa_python(settings).parents[1]} is missing or broken: run 'make setup'.",
        ) from None
