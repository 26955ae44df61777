"""Rasa's own judgement of the dialogue: what it does with each intent, and that nothing in it contradicts the rest."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from fixtures_live import ROOT
from mesofaq.dialogue.domain import FORM, write_domain
from mesofaq.settings import Settings
from mesofaq.supervise.preflight import rasa_python
from mesofaq.supervise.programs import rasa_environment

STORIES = Path(__file__).with_name("test_stories.yml")


@pytest.fixture
def settings(lent: Path, tmp_path: Path) -> Settings:
    shutil.copytree(lent, tmp_path / "var", symlinks=True)
    return Settings(home=ROOT, var_dir=tmp_path / "var")


def rasa(settings: Settings, *arguments: str | Path) -> str:
    """Run one of Rasa's commands, which must succeed; gives what it says."""
    done = subprocess.run(
        [rasa_python(settings).with_name("rasa"), *arguments],
        cwd=settings.home,
        env=rasa_environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def stories() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(STORIES.read_text(encoding="utf-8"))["stories"]
    return found


def test_every_story_goes_as_told(settings: Settings, tmp_path: Path) -> None:
    (model,) = (settings.var / "rasa" / "models").iterdir()
    endpoints = tmp_path / "endpoints.yml"
    endpoints.write_text("", encoding="utf-8")
    out = tmp_path / "results"
    rasa(
        settings,
        *("test", "core", "--model", model, "--stories", STORIES, "--out", out, "--endpoints", endpoints),
        *("--no-plot", "--fail-on-prediction-errors"),
    )
    report = json.loads((out / "story_report.json").read_text(encoding="utf-8"))
    count = len(stories())
    assert report["conversation_accuracy"] == {"accuracy": 1.0, "correct": count, "with_warnings": 0, "total": count}


def test_rules_and_stories_do_not_contradict_each_other(settings: Settings) -> None:
    told = rasa(
        settings,
        *("data", "validate", "stories", "--fail-on-warnings"),
        *("--domain", write_domain(settings), "--data", "bot/data", "--config", "config.yml"),
    )
    assert "No story structure conflicts found." in told


def test_each_intent_has_a_story_outside_and_inside_the_screening() -> None:
    intents = set(yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["intents"])
    outside, inside = set(), set()
    for story in stories():
        active = False
        for step in story["steps"]:
            if "intent" in step:
                (inside if active else outside).add(step["intent"])
            if "active_loop" in step:
                active = step["active_loop"] == FORM
    assert (outside, inside) == (intents, intents)
