"""One patient message, from the door to the answer on record. Entry point: `turn.TurnService`."""
