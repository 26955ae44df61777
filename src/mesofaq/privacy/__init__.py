"""What patients are owed: encryption (`seal`), retention, erasure, and seeing what is held."""
