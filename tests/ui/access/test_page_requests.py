"""What is sent to Gradio's routes and is nothing that the page sends: 400 and one line, no traceback."""

from __future__ import annotations

import anyio
import httpx
import pytest

from ui.access import page_requests
from ui.access.page_requests import PageRequests

ROUTES = ("component_server", "queue/join", "run/ask", "call/begin", "cancel", "reset")
BODIES = (
    '{"data": SECRET, "fn_name": "article", "component_id": 1, "session_hash": "secret"}',
    '{"data": NaN, "fn_name": "article", "component_id": 999999, "session_hash": "secret"}',
    '{"data": {"secret": 1}, "fn_name": "article", "component_id": 999999, "session_hash": "a"}',
    '{"data": {"secret": 1}, "fn_name": "article", "component_id": {}, "session_hash": "a"}',
    '{"data": [1], "fn_name": "article", "component_id": 1, "session_hash": "secret\\ud800"}',
    '{"data": [NaN, "secret"], "session_hash": "x", "fn_index": 99999}',
    '{"data": ["secret"], "session_hash": "x", "fn_index": 1e400, "event_id": "a"}',
    '{"data": "secret", "session_hash": ["x"], "fn_index": "a"}',
    '{"event_id": "\\ud800secret", "session_hash": 1}',
)


@pytest.mark.parametrize("route", ROUTES)
def test_what_the_page_does_not_send_is_refused_in_a_line(page, url, route):
    """NaN, lone surrogates, numbers of no component: no 500, nothing of what was sent is in the terminal."""
    before = page.errors.read_text()
    for body in BODIES:
        if route == "call/begin" and '"data": [' in body:
            continue  # Gradio takes it for an event, which is answered with an error and told in the terminal
        reply = httpx.post(f"{url}/gradio_api/{route}", content=body, headers={"Content-Type": "application/json"})
        assert reply.status_code in (200, 400, 404, 422), body
        assert reply.status_code != 400 or reply.text.count("\n") == 0
    said = page.errors.read_text().removeprefix(before)
    assert "Traceback" not in said and "secret" not in said
    assert all(f"not a request that the page makes: /gradio_api/{route}" in line for line in said.splitlines())
    assert httpx.get(url).status_code == 200


def asked(app, path="/gradio_api/cancel"):
    """What comes back from `app` behind PageRequests."""
    sent = []

    async def send(message):
        sent.append(message)

    with anyio.from_thread.start_blocking_portal() as portal:
        scope = {"type": "http", "path": path, "method": "POST", "headers": []}
        portal.call(PageRequests(app), scope, None, send)
    return sent


START = {"type": "http.response.start", "status": 500, "headers": []}
BODY = {"type": "http.response.body", "body": b"failed"}


def failing(send_first):
    """An app that fails in code of its own, as Gradio does, after these messages."""

    async def app(scope, receive, send):
        for message in send_first:
            await send(message)
        raise KeyError("x")

    return app


def test_what_gradio_sends_as_an_error_of_its_own_is_replaced(caplog):
    """It says 500 and then raises."""
    sent = asked(failing([START, BODY]))
    assert sent[0]["status"] == 400 and sent[1]["body"] == b"The page makes no such request."
    assert [record.getMessage() for record in caplog.records] == [
        "not a request that the page makes: /gradio_api/cancel: KeyError"
    ]


def test_what_fails_in_our_code_is_a_failure(monkeypatch):
    """With its traceback, for whoever has to mend it."""
    monkeypatch.setattr(page_requests, "OURS", (__file__,))
    with pytest.raises(KeyError):
        asked(failing([START, BODY]))


def test_other_routes_and_begun_replies_are_left_alone():
    """An error elsewhere, one in the middle of a reply, a 500 that nobody raised."""
    for app, path in ((failing([]), "/api/ask"), (failing([{**START, "status": 200}]), "/gradio_api/queue/data")):
        with pytest.raises(KeyError):
            asked(app, path)

    async def saying(scope, receive, send):
        await send(START)
        await send(BODY)

    assert asked(saying) == [START, BODY]
