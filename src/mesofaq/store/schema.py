"""Brings the database to the schema of this code, and refuses to touch one that is newer.

Migrations are numbered files in `migrations/versions`. Each must leave a schema that the previous release of
the code can still work with, because the two run side by side while a service is being replaced.
"""

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from mesofaq.errors import Code, Problem
from mesofaq.store.database import Database

__all__ = ["VERSION_TABLE", "migrate"]

# Not Alembic's default name: the database may be shared with other programs.
VERSION_TABLE = "mesofaq_schema_version"

_FOLDER = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 0x6D65736F  # any number nobody else uses: "meso"
_thread_lock = threading.Lock()  # Alembic keeps the migration that runs in module globals


def migrate(database: Database) -> None:
    """Upgrade `database` to the newest schema, in one transaction; do nothing where it is that already.

    Safe when several processes start at once: one migrates, the others wait for its lock and find nothing to
    do.

    Raises:
        Problem: `store-failed` when the schema is newer than this code.
    """
    database.create_file()
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))  # '%' would interpolate
    known = {revision.revision for revision in ScriptDirectory.from_config(config).walk_revisions()}
    with _thread_lock, database.engine.begin() as connection:  # on SQLite this takes the write lock
        _lock(connection)
        current = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_heads()
        if not set(current) <= known:
            raise Problem(
                Code.STORE_FAILED,
                "The database was made by a newer version of MesoFAQ than this one. "
                "Start that version or a later one, or restore the backup that was taken before the upgrade.",
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL lock_timeout = '60s'"))  # another process may be migrating
        connection.execute(text("SET LOCAL statement_timeout = '60s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        # From here on, rather fail than keep the service that runs on this database waiting behind us.
        connection.execute(text("SET LOCAL lock_timeout = '4s'"))
        connection.execute(text("SET LOCAL statement_timeout = '5s'"))
