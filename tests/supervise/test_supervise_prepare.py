import json
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from mesofaq.errors import Code, Problem
from mesofaq.settings import Settings
from mesofaq.supervise import prepare as module
from mesofaq.supervise.prepare import main, prepare, prepare_apart


@pytest.fixture
def with_build(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., Path]], None]:
    """Put a function in the place of `mesofaq.knowledge.build.ensure_bundle`, and a model where training is asked."""

    def install(ensure_bundle: Callable[..., Path]) -> None:
        build = types.ModuleType("mesofaq.knowledge.build")
        monkeypatch.setattr(build, "ensure_bundle", ensure_bundle, raising=False)
        monkeypatch.setitem(sys.modules, "mesofaq.knowledge", types.ModuleType("mesofaq.knowledge"))
        monkeypatch.setitem(sys.modules, "mesofaq.knowledge.build", build)
        monkeypatch.setattr(module, "ensure_dialogue", lambda settings, progress: settings.var / "model")

    return install


def full(settings: Settings, progress: Callable[[str], None]) -> Path:
    progress("Building…")
    return settings.var / "bundle"


def broken(settings: Settings, progress: Callable[[str], None]) -> Path:
    raise Problem(Code.CONTENT_INVALID, "A card has no answer.")


def test_both_are_made_unless_rasa_runs_elsewhere(
    settings: Settings, with_build: Callable[[Callable[..., Path]], None]
) -> None:
    with_build(full)
    both = {"bundle": str(settings.var / "bundle"), "model": str(settings.var / "model")}
    assert prepare(settings) == both
    del both["model"]
    assert prepare(settings.model_copy(update={"rasa_url": "http://rasa:5005"})) == both


def test_standard_output_is_for_programs(
    settings: Settings,
    with_build: Callable[[Callable[..., Path]], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(module, "load_settings", lambda: settings)
    monkeypatch.setattr(module.signal, "signal", lambda number, handler: None)
    with_build(full)
    assert main([]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["bundle"] == str(settings.var / "bundle")
    assert said.err == "Building…\n"
    with_build(broken)
    for arguments, sentence in [([], "mesofaq: A card has no answer.\n"), (["--json"], "")]:
        assert main(arguments) == 1
        said = capsys.readouterr()
        assert json.loads(said.out)["code"] == "content-invalid"
        assert said.err == sentence


def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Have `prepare_apart` run a shell script instead of this Python."""
    stand_in = tmp_path / "python"
    stand_in.write_text(f"#!/bin/sh\n{text}\n")
    stand_in.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stand_in))


def test_what_the_other_process_made_comes_back(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path, monkeypatch, """echo '{"bundle": "/b", "model": "'"$MESOFAQ_HOME"'/m"}'""")
    assert prepare_apart(settings) == {"bundle": Path("/b"), "model": tmp_path.resolve() / "m"}


def test_a_problem_of_the_other_process_comes_back(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = json.dumps(Problem(Code.RASA_FAILED, "It failed.").as_document())
    script(tmp_path, monkeypatch, f"echo '{document}'; exit 1")
    with pytest.raises(Problem, match=r"^It failed\.$") as caught:
        prepare_apart(settings)
    assert caught.value.code is Code.RASA_FAILED


def test_another_process_that_dies_without_a_word_is_a_problem(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path, monkeypatch, "kill -9 $$")
    with pytest.raises(Problem, match=r"exit code -9") as caught:
        prepare_apart(settings)
    assert caught.value.code is Code.INTERNAL
