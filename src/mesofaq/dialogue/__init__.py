"""What do we reply? Rasa decides what happens next; here are the words, and the HTTP contracts with Rasa.

Entry points: `replies.Replies` (composes every reply), `parse.as_parse_data`, `client.RasaClient`, `runtime`.
"""
