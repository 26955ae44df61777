"""The service that faces the world. Entry point: `app.create_app`."""
