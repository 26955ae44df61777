"""A clinician in a process of their own: `python claim_worker.py URL STAFF_ID`.

Each line on stdin is "HANDOFF VERSION MOMENT"; at that moment (of the monotonic clock, which all processes share) the
handoff is claimed. The answer is one line of JSON: what came of it, and from when to when it took.
"""

import json
import sys
import time

from mesofaq.accounts.models import StaffRecord
from mesofaq.errors import Problem
from mesofaq.handoff.states import Step
from mesofaq.store import Store, accounts, utc_now
from mesofaq.store.desk import Desk


def claim(desk: Desk, by: StaffRecord, handoff_id: str, version: int, moment: float) -> tuple[str, float, float]:
    """Claim at that moment; gives `won` or the problem's code, and from when to when it took."""
    while (left := moment - time.monotonic()) > 0:
        time.sleep(left)
    begun = time.monotonic()
    try:
        desk.step(handoff_id, Step.CLAIM, by=by, version=version)
    except Problem as problem:
        return str(problem.code), begun, time.monotonic()
    return "won", begun, time.monotonic()


def main() -> None:
    url, staff_id = sys.argv[1:]
    store = Store(url)
    with store.database.reading() as session:
        by = accounts.record_of(accounts.the(accounts.find_id(session, staff_id)))
    desk = Desk(store.database, utc_now)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        handoff_id, version, moment = line.split()
        sys.stdout.write(json.dumps(claim(desk, by, handoff_id, int(version), float(moment))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
