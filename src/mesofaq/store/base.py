"""What all tables are made of: their base class, moments in UTC, and texts that can be kept encrypted."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, MetaData, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase

from mesofaq.privacy.seal import PLAIN, Seal

__all__ = ["SEAL", "Base", "SealedJson", "SealedText", "UtcDateTime", "seal_of"]

SEAL = "mesofaq_seal"
"""The attribute of an engine's dialect that holds its seal: column types are given the dialect, and nothing else."""


def seal_of(dialect: Dialect) -> Seal:
    """The seal of the engine that `dialect` belongs to; `Database` puts it there, so two stores may differ."""
    seal: Seal = getattr(dialect, SEAL, PLAIN)
    return seal


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC, to the microsecond. SQLite keeps no time zone, so every value becomes UTC first."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn `value` into UTC.

        Raises:
            ValueError: the value has no time zone, so nobody can say which moment it means.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give `value` back as UTC, whatever time zone the database session has."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class SealedText(TypeDecorator[str]):
    """A text that a patient or staff wrote: encrypted where the settings give a key, plain otherwise."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Seal `value`."""
        return None if value is None else seal_of(dialect).close(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Open `value`, sealed or not.

        Raises:
            Problem: `store-failed` when no key opens it.
        """
        return None if value is None else seal_of(dialect).open(value)


class SealedJson(TypeDecorator[Any]):
    """JSON that repeats what somebody wrote: kept as one encrypted string where the settings give a key."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Seal `value`."""
        return None if value is None else seal_of(dialect).close_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Open `value`, sealed or not.

        Raises:
            Problem: `store-failed` when no key opens it.
        """
        return None if value is None else seal_of(dialect).open_json(value)


class Base(DeclarativeBase):
    """All tables, with constraints named the same way everywhere, so that a migration can name them too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
