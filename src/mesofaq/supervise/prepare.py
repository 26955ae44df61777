"""`python -m mesofaq.supervise.prepare`: make the bundle and the dialogue's model, where they are stale.

A process of its own, because building a bundle loads PyTorch: a supervisor that had done it would hold half a
gigabyte for as long as it runs. Progress goes to standard error; standard output gets one JSON object:
what was made, or the problem document.
"""

import json
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

from mesofaq.errors import Code, Problem
from mesofaq.settings import Settings, load_settings
from mesofaq.supervise.processes import end_group, spawn
from mesofaq.supervise.programs import environment
from mesofaq.supervise.training import ensure_dialogue

__all__ = ["prepare", "prepare_apart"]


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def prepare(settings: Settings) -> dict[str, str]:
    """Make what is stale, here and now; returns the paths of `bundle` and, if Rasa runs here, `model`.

    Raises:
        Problem: whatever kept the bundle or the model from being made.
    """
    from mesofaq.knowledge.build import ensure_bundle

    made = {"bundle": str(ensure_bundle(settings, _tell))}
    if not settings.rasa_url:
        made["model"] = str(ensure_dialogue(settings, _tell))
    return made


def prepare_apart(settings: Settings) -> dict[str, Path]:
    """The same, in a process of its own.

    Raises:
        Problem: as `prepare`; `internal` where that process died without a word.
    """
    command = [sys.executable, "-m", "mesofaq.supervise.prepare", "--json"]
    process = spawn(command, cwd=settings.home, env=environment(settings), stdout=subprocess.PIPE, stderr=None)
    try:
        output, _ = process.communicate()
    finally:
        end_group(process)
    try:
        said = json.loads(output)
    except json.JSONDecodeError:
        raise Problem(
            Code.INTERNAL,
            f"The bundle and the dialogue were not made (exit code {process.returncode}): see above.",
        ) from None
    if process.returncode != 0:
        raise Problem(Code(said["code"]), said["detail"])
    return {name: Path(path) for name, path in said.items()}


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def main(arguments: list[str]) -> int:
    """Prepare; with `--json` a problem is told on standard output only."""
    signal.signal(signal.SIGTERM, _leave)  # so that a training under way is ended and cleared away
    try:
        result = prepare(load_settings())
    except Problem as problem:
        if "--json" not in arguments:
            _tell(f"mesofaq: {problem.detail}")
        sys.stdout.write(json.dumps(problem.as_document()) + "\n")
        return 1
    sys.stdout.write(json.dumps(result) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
