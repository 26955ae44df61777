"""MesoFAQ: a patient-education assistant for clinics that offer hair mesotherapy.

The entry points are `mesofaq.cli` (the command line) and `mesofaq.web.app` (the service). `docs/architecture.md` is the map.
"""

__version__ = "0.1.0"
