"""Alembic's migrations. `mesofaq.store.schema` runs them."""
