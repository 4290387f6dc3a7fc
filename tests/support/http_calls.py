"""What programs ask over HTTP."""

from __future__ import annotations

import json

BRIDGE = "Quand le pont rouvre-t-il ?"


def events(reply):
    """The data of a stream of server-sent events."""
    return [json.loads(line[6:]) for line in reply.text.split("\n") if line.startswith("data: ")]
