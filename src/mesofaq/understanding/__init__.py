"""What did they say? Normalise, triage, dialogue act, retrieval, decision, in that order.

Entry point: `pipeline.Understander`.
"""
