import os
import re
import sys
import threading
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from mesofaq.errors import Code, Problem
from mesofaq.settings import Settings
from mesofaq.supervise import training
from mesofaq.supervise.training import ensure_dialogue

# Stands for `python -m rasa train core`: notes its arguments, then does what the test wrote into `behaviour`.
FAKE_PYTHON = """#!/bin/sh
[ "$1" = -I ] && exit 0
echo "$@" >> trainings
while [ $# -gt 0 ]; do [ "$1" = --out ] && out=$2; shift; done
. ./behaviour
"""
TRAINS = 'echo "a model" > "$out/dialogue.tar.gz"'
FILES = {
    "config.yml": "policies: []",
    "domain.yml": "intents: []",
    "requirements/rasa.txt": "rasa==3.6.21",
    "bot/data/rules/rules.yml": "rules: []",
    "behaviour": TRAINS,
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    python = tmp_path / "bot" / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(FAKE_PYTHON)
    python.chmod(0o755)
    domain = types.ModuleType("mesofaq.dialogue.domain")
    monkeypatch.setattr(domain, "write_domain", lambda settings: settings.home / "domain.yml", raising=False)
    monkeypatch.setitem(sys.modules, "mesofaq.dialogue", types.ModuleType("mesofaq.dialogue"))
    monkeypatch.setitem(sys.modules, "mesofaq.dialogue.domain", domain)
    return tmp_path


@pytest.fixture
def ensure(home: Path) -> Callable[[], Path]:
    return lambda: ensure_dialogue(Settings(home=home), lambda line: None)


def trainings(home: Path) -> int:
    noted = home / "trainings"
    return len(noted.read_text().splitlines()) if noted.exists() else 0


def test_rasa_trains_the_dialogue_once(home: Path, ensure: Callable[[], Path]) -> None:
    model = ensure()
    assert model.read_text() == "a model\n"
    assert ensure() == model
    assert trainings(home) == 1
    said = (home / "trainings").read_text()
    assert said.startswith(
        f"-m rasa train core --domain {home}/domain.yml --stories bot/data --config config.yml --out "
    )
    assert list(model.parent.iterdir()) == [model], "the folder it was trained in is gone"


@pytest.mark.parametrize("name", ["config.yml", "domain.yml", "requirements/rasa.txt", "bot/data/rules/rules.yml"])
def test_what_decides_the_dialogue_makes_it_anew(home: Path, ensure: Callable[[], Path], name: str) -> None:
    before = ensure()
    (home / name).write_text("changed: true")
    after = ensure()
    assert after != before
    assert trainings(home) == 2
    (home / name).write_text(FILES[name])
    assert ensure() == before, "a model that is still there serves again"
    assert trainings(home) == 2


def test_a_new_a_renamed_and_a_removed_story_make_it_anew(home: Path, ensure: Callable[[], Path]) -> None:
    models = [ensure()]
    story = home / "bot" / "data" / "stories.yml"
    story.write_text("stories: []")
    models.append(ensure())
    story.rename(story.with_name("tales.yml"))
    models.append(ensure())
    assert len(set(models)) == 3


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        ("printf '\\033[91mInvalidDomain: no such slot\\033[0m\\n'; exit 1", "InvalidDomain: no such slot."),
        ("echo 'No stories given. Please provide stories.'; exit 0", "No stories given. Please provide stories."),
        ("exit 1", "it said nothing."),
    ],
)
def test_a_refusal_of_rasa_is_told_in_its_words(
    home: Path, ensure: Callable[[], Path], behaviour: str, sentence: str
) -> None:
    (home / "behaviour").write_text(behaviour)
    with pytest.raises(
        Problem, match=re.escape(f"could not train the dialogue: {sentence} The whole output")
    ) as caught:
        ensure()
    assert caught.value.code is Code.RASA_FAILED
    log = home / "var" / "log" / "train.log"
    assert str(log) in caught.value.detail
    assert log.exists()
    assert list((home / "var" / "rasa" / "models").iterdir()) == []


def test_a_training_that_failed_half_way_leaves_no_model(home: Path, ensure: Callable[[], Path]) -> None:
    (home / "behaviour").write_text(f"{TRAINS}; echo Killed; exit 137")
    with pytest.raises(Problem, match="Killed"):
        ensure()
    (home / "behaviour").write_text(TRAINS)
    assert ensure().read_text() == "a model\n"


def test_a_training_that_hangs_is_ended(
    home: Path, ensure: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "TRAINING_MAX_S", 0.2)
    monkeypatch.setattr(training, "TELL_EVERY_S", 0.1)
    (home / "behaviour").write_text("echo thinking; exec sleep 60")
    with pytest.raises(Problem, match="thinking"):
        ensure()


def test_progress_is_told_while_it_trains(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "TELL_EVERY_S", 0.05)
    (home / "behaviour").write_text(f"until [ -e go ]; do sleep 0.02; done; {TRAINS}")
    told: list[str] = []

    def progress(line: str) -> None:
        told.append(line)
        if "still training" in line:
            (home / "go").touch()

    failsafe = threading.Timer(20, (home / "go").touch)
    failsafe.start()
    ensure_dialogue(Settings(home=home), progress)
    failsafe.cancel()
    assert told[0].startswith("Training the dialogue")
    assert told[1].startswith("  still training")


def test_few_models_are_kept_and_never_without_the_current(home: Path, ensure: Callable[[], Path]) -> None:
    first = ensure()
    for number in range(4):
        (home / "config.yml").write_text(f"number: {number}")
        latest = ensure()
        os.utime(latest, (number, number))
    (home / "config.yml").write_text(FILES["config.yml"])
    current = ensure()
    kept = {path for path in current.parent.iterdir() if path.name.startswith("dialogue-")}
    assert current in kept
    assert len(kept) == training.MODELS_KEPT
    assert first == current, "the oldest by name, but it is the one in use"


def test_a_file_that_is_missing_is_named(home: Path, ensure: Callable[[], Path]) -> None:
    (home / "config.yml").unlink()
    with pytest.raises(Problem, match=r"config\.yml is missing") as caught:
        ensure()
    assert caught.value.code is Code.RASA_FAILED


def test_without_rasa_nothing_is_trained(home: Path, ensure: Callable[[], Path]) -> None:
    (home / "bot" / ".venv" / "bin" / "python").unlink()
    with pytest.raises(Problem, match="make setup") as caught:
        ensure()
    assert caught.value.code is Code.PYTHON_MISSING
