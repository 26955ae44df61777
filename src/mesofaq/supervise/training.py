"""The dialogue's model: trained by Rasa when what decides it changed.

A model's name carries the hash over config.yml, the domain, bot/data and Rasa's lock file. So a model that is
there is the right one, and it is moved there only when it is whole.
"""

import hashlib
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from mesofaq.errors import Code, Problem
from mesofaq.settings import Settings
from mesofaq.supervise.preflight import check_rasa_python, rasa_python
from mesofaq.supervise.processes import end_group, spawn
from mesofaq.supervise.programs import rasa_environment

__all__ = ["dialogue_digest", "ensure_dialogue"]

MODELS_KEPT = 3
TRAINING_MAX_S = 900
TELL_EVERY_S = 10

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def ensure_dialogue(settings: Settings, progress: Callable[[str], None]) -> Path:
    """Give the path of the model for the dialogue as it is now, training it if there is none.

    Args:
        settings: where everything is.
        progress: takes short lines for people while it trains.

    Raises:
        Problem: `rasa-failed` with Rasa's own last words and the log's path; `python-missing`.
    """
    from mesofaq.dialogue.domain import write_domain

    domain = write_domain(settings)
    models = settings.var / "rasa" / "models"
    model = models / f"dialogue-{dialogue_digest(settings, domain)[:16]}.tar.gz"
    if not model.exists():
        check_rasa_python(settings)
        models.mkdir(parents=True, exist_ok=True)
        progress("Training the dialogue (Rasa, about half a minute)…")
        with tempfile.TemporaryDirectory(dir=models, prefix=".training-") as folder:
            _train(settings, domain, Path(folder), progress)
            (Path(folder) / "dialogue.tar.gz").replace(model)
    _keep_newest(models, model)
    return model


def dialogue_digest(settings: Settings, domain: Path) -> str:
    """The SHA-256 over everything that decides the model."""
    digest = hashlib.sha256()
    for name, path in _deciding_files(settings, domain):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise Problem(
                Code.RASA_FAILED,
                f"{path} is missing, and the dialogue cannot be trained without it: restore it.",
            ) from None
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _deciding_files(settings: Settings, domain: Path) -> Iterator[tuple[str, Path]]:
    yield "config.yml", settings.home / "config.yml"
    yield "domain.yml", domain
    yield "requirements/rasa.txt", settings.home / "requirements" / "rasa.txt"
    data = settings.home / "bot" / "data"
    for path in sorted(data.rglob("*.yml")):
        yield path.relative_to(settings.home).as_posix(), path


def _train(settings: Settings, domain: Path, out: Path, progress: Callable[[str], None]) -> None:
    """Run `rasa train core` and leave `dialogue.tar.gz` in `out`."""
    log = settings.var / "log" / "train.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [str(rasa_python(settings)), "-m", "rasa", "train", "core", "--domain", str(domain.resolve())]
    command += ["--stories", "bot/data", "--config", "config.yml"]
    command += ["--out", str(out.resolve()), "--fixed-model-name", "dialogue"]
    began = time.monotonic()
    with log.open("wb") as output:
        process = spawn(
            command,
            cwd=settings.home,
            env=rasa_environment(settings),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            while (seconds := time.monotonic() - began) < TRAINING_MAX_S:
                try:
                    process.wait(TELL_EVERY_S)
                    break
                except subprocess.TimeoutExpired:
                    progress(f"  still training ({seconds + TELL_EVERY_S:.0f} s)")
        finally:
            end_group(process)
    # Rasa leaves with 0 also where it refused its input: only the model tells.
    if process.returncode != 0 or not (out / "dialogue.tar.gz").exists():
        raise Problem(
            Code.RASA_FAILED,
            f"Rasa could not train the dialogue: {_last_words(log)} The whole output is in {log}.",
            exit_code=process.returncode,
        )


def _last_words(log: Path) -> str:
    """The last line of a log that says something, as a sentence."""
    lines = [_ANSI.sub("", line).strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    said = next((line for line in reversed(lines) if line), "it said nothing")
    said = said if len(said) <= 300 else said[:299] + "…"
    return said if said.endswith((".", "!", "?", "…")) else f"{said}."


def _keep_newest(models: Path, current: Path) -> None:
    """Remove models that nothing is likely to run any more; a few stay, for a Rasa that still runs one."""
    others = sorted(
        (path for path in models.glob("dialogue-*.tar.gz") if path != current),
        key=lambda path: path.stat().st_mtime,
    )
    for folder in models.glob(".training-*"):  # of a training that was killed
        if folder.stat().st_mtime < time.time() - TRAINING_MAX_S:
            shutil.rmtree(folder, ignore_errors=True)
    for path in others[: max(0, len(others) - (MODELS_KEPT - 1))]:
        path.unlink(missing_ok=True)
