"""Requests sent by a process of another user of this machine, for the tests that run as root."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

NOBODY = 65534
SOMEBODY = 65533

_SCRIPT = """
import encodings.idna, http.client, json, os, socket, sys  # all before: he may not read them
uid, port, requests = json.load(sys.stdin)
os.setgroups([]), os.setgid(uid), os.setuid(uid)
replies = []
for method, path, headers, body in requests:
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    caller.request(method, path, body.encode(), headers)
    reply = caller.getresponse()
    replies.append((reply.status, reply.read().decode()))
    caller.close()
print(json.dumps(replies))
"""

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user of this machine")


def python_as(uid, code):
    """The command of a process that becomes this user before it runs the code, which ends like any other."""
    lines = f"import encodings.idna, os, socket, sys\nos.setgroups([]), os.setgid({uid}), os.setuid({uid})\n{code}"
    return [sys.executable, "-c", lines]


def ask_as(uid, url, requests):
    """Status and text of each reply to (method, path, headers, body), asked one after the other by this user."""
    port = int(url.rsplit(":", 1)[1].partition("/")[0])
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT],
        input=json.dumps([uid, port, requests]),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return json.loads(done.stdout)
