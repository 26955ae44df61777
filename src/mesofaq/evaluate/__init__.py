"""How good and how fast is it? `mesofaq eval` and `mesofaq bench`.

    expectations    what can be expected of a message or a turn, as `expect` has it
    cases           labelled messages and dialogues from JSONL
    results         what can become of them, and what that is worth
    judge           what the real understanding did with a message, against what was expected
    turns           what was replied to the turns of a dialogue, against what was expected
    play            plays dialogues through a running service
    service         that service, on this machine only
    own_service     a service and a Rasa started for the dialogues alone
    bounds          exact (Clopper-Pearson) bounds of a share
    summary         counts, shares, the worst voices and cards, what is taken for what
    bars            the figures that must be reached, or `mesofaq eval` fails
    preparation     the bundle in use, and what lines are checked against
    run             all of that in its order
    curves          how far the probabilities can be believed, and what caution buys
    output, tables  the same figures as JSON, and as tables for a terminal
    charts, report  the same figures as one HTML file that needs nothing else
    timing          how long understanding takes, beside its encoder alone
    traffic         whole messages through the running service, by several users at once
    memory          what the running processes hold
    clinc150        the same engine on a public set of intents
    rejection       how well a score keeps apart what is in scope and what is not

Nothing here is imported by the service.
"""
