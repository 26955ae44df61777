"""Record what the real Rasa sends: `python tests/contract/record.py` writes `calls/` anew.

To be run when Rasa, rasa-sdk or the dialogue changes, and the difference to be read before it is committed.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from recording import first_of_each, record  # noqa: E402

from fixtures_live import ROOT, lend  # noqa: E402

CALLS = HERE / "calls"


def main() -> None:
    """Play the conversations, and keep the first parse call, each action's first call, and the domain once."""
    with tempfile.TemporaryDirectory() as folder:
        calls = record(ROOT, Path(folder), lend(Path(folder)))
    CALLS.mkdir(exist_ok=True)
    for old in CALLS.glob("*.json"):
        old.unlink()
    for name, call in first_of_each(calls).items():
        _write(name, {"request": call.request, "response": call.response})
    domain = next(call.request["domain"] for call in calls if call.path == "/webhook")
    _write("domain", domain)
    sys.stdout.write(f"{len(list(CALLS.glob('*.json')))} files in {CALLS}\n")


def _write(name: str, data: dict[str, Any]) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True)
    (CALLS / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
