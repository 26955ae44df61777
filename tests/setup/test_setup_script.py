"""requirements/setup.sh on machines that differ in what they have, made of scripts in a temporary folder."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ["sh", "sed", "cat", "dirname", "rm", "mkdir", "touch", "cp", "sha256sum", "shasum", "env", "chmod"]
LOCKS = ["serve", "build", "dev", "rasa", "packaging"]

# An interpreter that answers setup.sh's question for one version, and is its own `sys.executable`.
PYTHON = """#!/bin/sh
case "$2" in
    *"!= 'VERSION'"*) echo "$0" ;;
    *version_info*!=*) exit 1 ;;
    *print*version_info*) echo VERSION ;;
    '') exit 0 ;;
esac
"""
# A version manager's: it runs only where a .python-version asks for it, else it complains, as pyenv's do.
SHIM = """#!/bin/sh
[ -f .python-version ] && exec TARGET "$@"
echo "pyenv: python3.10: command not found" >&2
exit 127
"""
UV = """#!/bin/sh
echo "$@" >> ROOT/uv-calls
case "$*" in
    --version) echo "uv UV_VERSION (some platform)" ;;
    "python install"*) [ -f ROOT/fetched-python ] ;;
    "python find"*) echo ROOT/fetched-python ;;
    venv*)
        for folder; do :; done
        mkdir -p "$folder/bin"
        cp ROOT/interpreters/python3.10 "$folder/bin/python" ;;
    "pip sync"*) [ ! -f ROOT/no-network ] ;;
esac
"""


class Machine:
    """A checkout and a PATH that holds the shell's tools and what a test puts there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.bin = root / "bin"
        self.tools = root / "tools"
        for folder in (self.bin, self.tools, root / "bot", root / "requirements"):
            folder.mkdir()
        for tool in TOOLS:
            found = shutil.which(tool)
            if found:
                (self.tools / tool).symlink_to(found)
        for name in ("setup.sh", "uv.txt"):
            shutil.copy(ROOT / "requirements" / name, root / "requirements")
        for lock in LOCKS:
            (root / "requirements" / f"{lock}.txt").write_text(f"{lock}==1\n")
        (root / "pyproject.toml").write_text("[project]\n")
        (root / "bot" / ".python-version").write_text("3.10\n")
        pin = (ROOT / "requirements" / "uv.txt").read_text().split()[0]
        self.uv_version = pin.removeprefix("uv==")

    def script(self, path: Path, text: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("UV_VERSION", self.uv_version).replace("ROOT", str(self.root)))
        path.chmod(0o755)
        return path

    def python(self, version: str, folder: str = "bin") -> Path:
        return self.script(self.root / folder / f"python{version}", PYTHON.replace("VERSION", version))

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        env = {"PATH": f"{self.bin}:{self.tools}", "HOME": str(self.root), **variables}
        command = ["sh", str(self.root / "requirements" / "setup.sh"), *arguments]
        return subprocess.run(command, env=env, cwd="/", capture_output=True, text=True, timeout=60)

    def uv_calls(self) -> list[str]:
        calls = self.root / "uv-calls"
        lines = calls.read_text().splitlines() if calls.exists() else []
        calls.unlink(missing_ok=True)
        return [line for line in lines if line != "--version"]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path.resolve())


@pytest.fixture
def with_uv(machine: Machine) -> Machine:
    machine.script(machine.bin / "uv", UV)
    return machine


def test_a_shim_is_asked_in_bot_and_its_interpreter_is_taken(machine: Machine) -> None:
    real = machine.python("3.10", "interpreters")
    machine.script(machine.bin / "python3.10", SHIM.replace("TARGET", str(real)))
    found = machine.run("python", "rasa")
    assert (found.returncode, found.stdout, found.stderr) == (0, f"{real}\n", "")


def test_a_shim_that_does_not_start_is_passed_over(machine: Machine) -> None:
    (machine.root / "bot" / ".python-version").unlink()
    machine.script(machine.bin / "python3.10", SHIM.replace("TARGET", "/nonexistent"))
    behind = machine.python("3.10", "usr-bin")
    found = machine.run("python", "rasa", PATH=f"{machine.bin}:{machine.root / 'usr-bin'}:{machine.tools}")
    assert (found.returncode, found.stdout) == (0, f"{behind}\n")


def test_another_version_under_the_plain_name_is_not_taken(machine: Machine) -> None:
    shutil.copy(machine.python("3.12", "interpreters"), machine.bin / "python3")
    service = machine.run("python", "service")
    assert service.stdout == f"{machine.bin / 'python3'}\n"
    machine.script(machine.bin / "uv", UV)
    assert machine.run("python", "rasa").returncode == 1


def test_python_3_10_is_fetched_where_there_is_none(with_uv: Machine) -> None:
    (with_uv.root / "fetched-python").touch()
    found = with_uv.run("python", "rasa")
    assert (found.returncode, found.stdout) == (0, f"{with_uv.root / 'fetched-python'}\n")
    assert found.stderr == "No Python 3.10 here: asking uv to fetch one…\n"
    assert with_uv.uv_calls()[0].startswith("python install")


@pytest.mark.parametrize(("name", "version"), [("rasa", "3.10"), ("service", "3.11")])
def test_a_python_that_cannot_be_had_is_one_plain_sentence(with_uv: Machine, name: str, version: str) -> None:
    found = with_uv.run("python", name)
    assert (found.returncode, found.stdout) == (1, "")
    asking, sentence = found.stderr.splitlines()
    assert asking.startswith("No Python")
    assert sentence.startswith("mesofaq: Python 3.1")
    assert f"'pyenv install {version}'" in sentence
    assert f"PYTHON{version.replace('.', '')}=/path/to/python{version}" in sentence
    assert not (with_uv.root / ".venv").exists()


def test_setting_up_stops_there_too(with_uv: Machine) -> None:
    found = with_uv.run("rasa")
    assert found.returncode == 1
    assert "missing and could not be fetched" in found.stderr
    assert not (with_uv.root / "bot" / ".venv").exists()


def test_an_interpreter_can_be_named(machine: Machine) -> None:
    machine.python("3.10")
    assert machine.run("python", "rasa", PYTHON310="/opt/python3.10").stdout == "/opt/python3.10\n"


def test_an_environment_is_made_once(with_uv: Machine) -> None:
    with_uv.python("3.10", "interpreters")
    shutil.copy(with_uv.root / "interpreters" / "python3.10", with_uv.bin)
    first = with_uv.run("rasa")
    assert first.returncode == 0, first.stderr
    assert first.stderr.startswith("Setting up bot/.venv with Python 3.10.")
    calls = with_uv.uv_calls()
    assert [call.split(" --")[0] for call in calls] == ["venv", "pip sync"]
    assert "--require-hashes" in calls[1]
    assert calls[1].endswith("requirements/rasa.txt")
    again = with_uv.run("rasa")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert with_uv.uv_calls() == []


def changed_lock(machine: Machine) -> None:
    (machine.root / "requirements" / "rasa.txt").write_text("rasa==2\n")


def lost_interpreter(machine: Machine) -> None:
    (machine.root / "bot" / ".venv" / "bin" / "python").unlink()


@pytest.mark.parametrize(("change", "calls"), [(changed_lock, ["pip sync"]), (lost_interpreter, ["venv", "pip sync"])])
def test_an_environment_is_mended(with_uv: Machine, change: Callable[[Machine], None], calls: list[str]) -> None:
    with_uv.python("3.10", "interpreters")
    shutil.copy(with_uv.root / "interpreters" / "python3.10", with_uv.bin)
    assert with_uv.run("rasa").returncode == 0
    with_uv.uv_calls()
    change(with_uv)
    assert with_uv.run("rasa").returncode == 0
    assert [call.split(" --")[0] for call in with_uv.uv_calls()] == calls


def test_an_installation_that_broke_off_is_taken_up_again(with_uv: Machine) -> None:
    with_uv.python("3.10", "interpreters")
    shutil.copy(with_uv.root / "interpreters" / "python3.10", with_uv.bin)
    (with_uv.root / "no-network").touch()
    broken = with_uv.run("rasa")
    assert broken.returncode == 1
    assert "mesofaq: The packages of bot/.venv could not be installed" in broken.stderr
    (with_uv.root / "no-network").unlink()
    with_uv.uv_calls()
    assert with_uv.run("rasa").returncode == 0
    assert [call.split(" --")[0] for call in with_uv.uv_calls()] == ["pip sync"]


def test_a_lock_put_back_after_a_broken_installation_is_installed_again(with_uv: Machine) -> None:
    with_uv.python("3.10", "interpreters")
    shutil.copy(with_uv.root / "interpreters" / "python3.10", with_uv.bin)
    lock = with_uv.root / "requirements" / "rasa.txt"
    before = lock.read_text()
    assert with_uv.run("rasa").returncode == 0
    changed_lock(with_uv)
    (with_uv.root / "no-network").touch()
    assert with_uv.run("rasa").returncode == 1
    lock.write_text(before)
    (with_uv.root / "no-network").unlink()
    with_uv.uv_calls()
    assert with_uv.run("rasa").returncode == 0
    assert [call.split(" --")[0] for call in with_uv.uv_calls()] == ["pip sync"]


def test_the_pinned_uv_is_installed_where_another_is_on_the_path(machine: Machine) -> None:
    machine.script(machine.bin / "uv", "#!/bin/sh\necho uv 0.0.1\n")
    machine.script(machine.root / "new-uv", UV)
    pip = machine.script(machine.root / "pip", '#!/bin/sh\necho "$@" > ROOT/pip-call\ncp ROOT/new-uv ROOT/.uv/bin/uv\n')
    makes_environment = f'[ "$1 $2" = "-m venv" ] && mkdir -p "$3/bin" && cp {pip} "$3/bin/python" && exit 0\n'
    plain = machine.python("3.11")
    plain.write_text(plain.read_text().replace("#!/bin/sh\n", f"#!/bin/sh\n{makes_environment}"))
    found = machine.run("uv")
    assert (found.returncode, found.stdout) == (0, f"{machine.root}/.uv/bin/uv\n"), found.stderr
    call = (machine.root / "pip-call").read_text()
    assert "--require-hashes -r requirements/uv.txt" in call
    (machine.root / "pip-call").unlink()
    assert machine.run("uv").stdout == found.stdout
    assert not (machine.root / "pip-call").exists(), "and it is installed once"


def test_a_machine_without_any_python_is_told_what_to_install(machine: Machine) -> None:
    found = machine.run("uv")
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr == (
        "mesofaq: No Python 3.9 or later was found: install Python 3.11 and run the same command again.\n"
    )


@pytest.mark.parametrize("arguments", [["everything"], []])
def test_a_wrong_word_is_answered_with_the_right_ones(machine: Machine, arguments: list[str]) -> None:
    found = machine.run(*arguments)
    assert found.returncode == 1
    assert "service, rasa, or both" in found.stderr


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_lists_every_command_of_its_own() -> None:
    text = (ROOT / "Makefile").read_text()
    phony = next(line for line in text.splitlines() if line.startswith(".PHONY:")).split()[1:]
    listed = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=True
    )
    assert {line.split()[1] for line in listed.stdout.splitlines()} == set(phony)
