"""Telling staff that somebody waits: by e-mail and by signed webhook, from the outbox, at least once.

outbox (store/outbox.py) ─▶ worker.py ─▶ mail.py ─▶ smtp.py
                                     └─▶ webhook.py ─▶ signing.py
"""

from mesofaq.notify.ways import ways_of
from mesofaq.notify.worker import Notifier

__all__ = ["Notifier", "ways_of"]
