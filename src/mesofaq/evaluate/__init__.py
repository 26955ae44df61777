"""How good and how fast is it? `mesofaq eval` and `mesofaq bench`.

    cases       labelled messages from JSONL, each with what is expected of it
    judge       what the real understanding did with a message, against what was expected
    bounds      exact (Clopper-Pearson) bounds of a share
    summary     counts, shares, the worst voices and cards, what is taken for what
    bars        the figures that must be reached, or `mesofaq eval` fails
    curves      how far the probabilities can be believed, and what caution buys
    output      the same figures as tables for a terminal and as JSON
    charts, report   the same figures as one HTML file that needs nothing else
    timing      how long understanding takes, beside its encoder alone
    traffic     whole messages through the running service, by several users at once
    memory      what the running processes hold

Nothing here is imported by the service.
"""
