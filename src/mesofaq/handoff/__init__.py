"""A person answers: the life of a handoff (`states`), the clinic's hours (`hours`), and what staff do (`service`)."""
