"""What Rasa itself says to answers of actions. Runs on Rasa's Python: answers in, verdicts out, as JSON."""

import json
import sys

from jsonschema import validate
from rasa import __version__
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import deserialise_events

schema = RemoteAction.action_response_format_spec()
kinds = [kind["properties"]["event"]["const"] for kind in schema["properties"]["events"]["items"]["oneOf"]]
required = [kind.get("required", []) for kind in schema["properties"]["events"]["items"]["oneOf"]]
understood = {}
for name, answer in json.load(sys.stdin).items():
    validate(answer, schema)
    understood[name] = [type(event).__name__ for event in deserialise_events(answer["events"])]
events = dict(zip(kinds, required, strict=True))
json.dump({"rasa": __version__, "events": events, "understood": understood}, sys.stdout)
