"""Who of the staff may do what: accounts, passwords, sessions, the second factor, rights.

Entry point: `service.Accounts`.
"""
