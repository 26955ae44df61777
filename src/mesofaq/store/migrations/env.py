"""What Alembic runs: the migrations, on the connection and in the transaction that `mesofaq.store.schema`
opened."""

from alembic import context

from mesofaq.store import models, staff_models  # noqa: F401  the tables register themselves
from mesofaq.store.base import Base
from mesofaq.store.schema import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,  # on SQLite, too, where BEGIN is ours: a failed migration leaves nothing behind
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
