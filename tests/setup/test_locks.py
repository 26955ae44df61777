"""The lock files: hashed throughout, agreeing with each other and with pyproject.toml, naming no index."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LAYERS = ["serve", "build", "dev"]
EVERY = [*LAYERS, "rasa", "packaging", "uv"]


def read(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text()


def pins(name: str) -> dict[str, list[str]]:
    """The versions that a lock allows of each package: several where they depend on the Python or the system."""
    found: dict[str, list[str]] = {}
    for line in re.findall(r"^([a-z0-9][^=\s]*==\S+)", read(name), re.MULTILINE):
        package, version = line.split("==")
        found.setdefault(canonicalize_name(package.partition("[")[0]), []).append(version)
    return found


def project() -> dict[str, list[Requirement]]:
    """What each layer is compiled from."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())
    named = {"serve": told["project"]["dependencies"], **told["dependency-groups"]}
    return {layer: [Requirement(text) for text in texts] for layer, texts in named.items()}


@pytest.mark.parametrize("name", EVERY)
def test_every_package_is_pinned_with_hashes_and_no_index_is_named(name: str) -> None:
    logical = read(name).replace("\\\n", " ").splitlines()
    packages = [line for line in logical if line.strip() and not line.lstrip().startswith("#")]
    assert packages
    for line in packages:
        assert re.match(r"[a-z0-9._\[\],-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line
    assert "://" not in read(name)


def test_layers_that_are_installed_together_agree() -> None:
    locked = {layer: pins(layer) for layer in LAYERS}
    for one in LAYERS:
        for other in LAYERS:
            for package in locked[one].keys() & locked[other].keys():
                assert locked[one][package] == locked[other][package], (package, one, other)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_lock_holds_what_the_project_asks_for(layer: str) -> None:
    locked = pins(layer)
    for requirement in project()[layer]:
        versions = locked.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement.name} is missing: run 'make lock'"
        for version in versions:
            assert requirement.specifier.contains(Version(version)), f"{requirement}: run 'make lock'"


def test_serving_needs_nothing_that_only_building_needs() -> None:
    serving = pins("serve")
    assert not serving.keys() & {canonicalize_name(requirement.name) for requirement in project()["build"]}


def test_rasa_is_the_release_that_the_dialogue_was_written_for() -> None:
    assert pins("rasa")["rasa"] == ["3.6.21"]
