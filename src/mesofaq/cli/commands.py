"""Imports every command module, which registers itself on `mesofaq.cli.app`."""

from mesofaq.cli import (
    ask,  # noqa: F401
    audit,  # noqa: F401
    bench,  # noqa: F401
    build,  # noqa: F401
    chat,  # noqa: F401
    clinc150,  # noqa: F401
    content,  # noqa: F401
    doctor,  # noqa: F401
    erase,  # noqa: F401
    evaluate,  # noqa: F401
    handoffs,  # noqa: F401
    keys,  # noqa: F401
    notify,  # noqa: F401
    purge,  # noqa: F401
    screening,  # noqa: F401
    up,  # noqa: F401
    user,  # noqa: F401
)
