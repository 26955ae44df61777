"""Seals everything anew with the first key, so that the keys behind it can be dropped.

Every sealed column of every table is found in the metadata. A row's values that the first key opens are left alone, so
a run that was stopped goes on where it was, and the service may run meanwhile (with the same keys).
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Table, Text, select, tuple_, type_coerce, update
from sqlalchemy.orm import Session

from mesofaq.errors import Code, Problem
from mesofaq.privacy.seal import Seal
from mesofaq.store.audit import Action, append
from mesofaq.store.base import Base, SealedJson, SealedText
from mesofaq.store.database import Database, guarded
from mesofaq.store.wipe import wipe

__all__ = ["Rotated", "rotate", "sealed_columns", "stale_values"]

_BATCH = 200
_PASSES = 5
_PASS_S = 0.2


@dataclass(frozen=True)
class Rotated:
    """How many values were read, and how many of them were sealed anew."""

    checked: int
    sealed: int


def sealed_columns() -> dict[Table, list[Column[Any]]]:
    """Every table with the columns that are kept sealed."""
    found = {
        table: [column for column in table.columns if isinstance(column.type, SealedText | SealedJson)]
        for table in Base.metadata.sorted_tables
    }
    return {table: columns for table, columns in found.items() if columns}


@guarded
def rotate(database: Database, now: datetime, *, by: str) -> Rotated:
    """Seal every text anew that is plain or was sealed with another key than the first.

    Args:
        database: the record, with all keys.
        now: when, for the audit.
        by: who does it.

    Raises:
        Problem: `setting-invalid` without a key; `store-failed` when no key opens a text (nothing is lost, and what was
            sealed anew stays so); `conflict` when others go on writing with another key.
    """
    if not database.seal.seals:
        raise Problem(
            Code.SETTING_INVALID,
            "There is no key to seal with. Put one into MESOFAQ_ENCRYPTION_KEYS: 'mesofaq keys new' makes one.",
        )
    checked = sealed = 0
    for number in range(_PASSES):
        if number:
            time.sleep(_PASS_S)
        seen, changed = _one_pass(database)
        checked, sealed = max(checked, seen), sealed + changed
        if stale_values(database) == 0:  # rows that somebody held were passed over
            break
    else:
        raise Problem(
            Code.CONFLICT,
            "Texts are still being written with another first key. Start the service anew with the same "
            "MESOFAQ_ENCRYPTION_KEYS, then run 'mesofaq keys rotate' again.",
        )
    if sealed:
        wipe(database.engine, at_once=False)  # what the old key sealed is not to be found in the file any more
    with database.writing() as session:
        append(session, now, actor=by, action=Action.KEYS_ROTATED, checked=checked, sealed=sealed)
    return Rotated(checked, sealed)


@guarded
def stale_values(database: Database) -> int:
    """How many values are plain, or sealed with another key than the first."""
    stale = 0
    for table, columns in sealed_columns().items():
        for rows in _batches(database, table, columns, lock=False):
            stale += sum(len(_stale(row, columns, database.seal)) for _, row in rows)
    return stale


def _one_pass(database: Database) -> tuple[int, int]:
    checked = sealed = 0
    for table, columns in sealed_columns().items():
        keys = list(table.primary_key.columns)
        for rows in _batches(database, table, columns, lock=True):
            for session, row in rows:
                checked += sum(row[len(keys) + place] is not None for place in range(len(columns)))
                values = _stale(row, columns, database.seal)
                if values:
                    this = [key == value for key, value in zip(keys, row, strict=False)]
                    session.execute(update(table).where(*this).values(values))
                    sealed += len(values)
    return checked, sealed


def _batches(
    database: Database, table: Table, columns: list[Column[Any]], *, lock: bool
) -> Iterator[list[tuple[Session, Any]]]:
    """The rows of a table, some at a time, each batch in a transaction of its own: key, then the values as kept."""
    keys = list(table.primary_key.columns)
    kept = [type_coerce(column, JSON if isinstance(column.type, SealedJson) else Text) for column in columns]
    after: tuple[Any, ...] | None = None
    while True:
        statement = select(*keys, *kept).order_by(*keys).limit(_BATCH)
        if after is not None:
            statement = statement.where(tuple_(*keys) > after)
        if lock:
            statement = statement.with_for_update(skip_locked=True)
        with database.writing() if lock else database.reading() as session:
            rows = session.execute(statement).all()
            yield [(session, row) for row in rows]
        if not rows:
            return
        after = tuple(rows[-1][: len(keys)])


def _stale(row: Any, columns: list[Column[Any]], seal: Seal) -> dict[str, Any]:
    """The opened values of a row that are not sealed with the first key, by column."""
    kept = row[len(row) - len(columns) :]
    found = {}
    for column, value in zip(columns, kept, strict=True):
        if value is not None and not seal.is_current(value):
            found[column.name] = seal.open_json(value) if isinstance(column.type, SealedJson) else seal.open(value)
    return found
