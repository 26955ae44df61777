"""Imports every command module, which registers itself on `mesofaq.cli.app`."""
