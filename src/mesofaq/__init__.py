"""MesoFAQ: a patient-education assistant for clinics that offer hair mesotherapy.

The entry points are `mesofaq.cli` (the command line) and `mesofaq.web.app` (the service); the map is
`docs/architecture.md`.
"""

__version__ = "0.1.0"
