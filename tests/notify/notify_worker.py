"""A second process for the tests: `python notify_worker.py DATABASE_URL WEBHOOK_URL`. It sends what is due at noon."""

import sys
from pathlib import Path

for _folder in ("store", "."):
    sys.path.insert(0, str(Path(__file__).parents[1] / _folder))

from notify_helpers import deliver, webhook  # noqa: E402
from store_helpers import FakeClock  # noqa: E402

from mesofaq.store import Store  # noqa: E402
from mesofaq.store.outbox import Outbox  # noqa: E402

if __name__ == "__main__":
    database_url, webhook_url = sys.argv[1:]
    store = Store(database_url)
    sys.stdout.write(f"{deliver(Outbox(store.database, FakeClock()), webhook(webhook_url, total_s=30))}\n")
