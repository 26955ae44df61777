"""The staff console: pages that the server renders, for people who answer patients all day.

Each module is one part of it with its own `router`; `view` renders, `access` says who may do what.
"""
