"""The documents say what the code does: settings, commands, links and the first lines of the README."""

import re
import tomllib
from pathlib import Path

import pytest
import typer

from mesofaq.cli import app, commands  # noqa: F401  registers the commands
from mesofaq.errors import Code
from mesofaq.settings import settings_table

HOME = Path(__file__).parents[2]
DOCUMENTS = sorted([*HOME.glob("*.md"), *(HOME / "docs").rglob("*.md")])


def _command_names() -> set[str]:
    group = typer.main.get_command(app)
    names = set()
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        names.add(name)
        names |= {f"{name} {sub}" for sub in getattr(command, "commands", {})}
    return names


def test_every_setting_is_documented() -> None:
    text = (HOME / "docs" / "settings.md").read_text(encoding="utf-8")
    assert settings_table() in text, "run: python -m mesofaq.settings, and put its output into docs/settings.md"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", document.read_text(encoding="utf-8"))
    missing = [link for link in links if not (document.parent / link).exists()]
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_named_exists(document: Path) -> None:
    known = _command_names()
    named = re.findall(r"`mesofaq ([a-z]+(?: [a-z]+)?)", document.read_text(encoding="utf-8"))
    unknown = [name for name in named if name not in known and name.split()[0] not in known]
    assert not unknown


def test_the_readme_gives_both_commands_in_its_first_25_lines() -> None:
    beginning = (HOME / "README.md").read_text(encoding="utf-8").splitlines()[:25]
    assert any(line.startswith("make up") for line in beginning)
    assert any(line.startswith("make test") for line in beginning)


def test_the_readme_names_the_python_that_the_package_needs() -> None:
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = project["requires-python"].removeprefix(">=")
    assert f"Python ({needed} or later" in (HOME / "README.md").read_text(encoding="utf-8")


def test_every_code_that_the_api_document_lists_exists() -> None:
    text = (HOME / "docs" / "api.md").read_text(encoding="utf-8")
    table = text[text.index("| Status | Code |") :]
    listed = re.findall(r"`([a-z]+(?:-[a-z]+)+)`", table)
    assert listed
    assert not set(listed) - {str(code) for code in Code}
