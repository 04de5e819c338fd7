"""How an answer goes over the wire, and every way in which it can go wrong there. A cue is one word or several joined
by "+"; the table at the end of this comment is the whole list, deepseek_script.py and deepseek_formats.py know the rest.

    instead of an answer  400 401 402 404 429 500 503, html (502), octet (500, binary), reset, empty (200, no body),
                          error_in_200, stall_head (no status line at all), late (as it should be, after `release`)
    a stream's course     stall_before, stall_reasoning, stall, cut_before, cut, slow, drip, error_event_first,
                          error_event, failed (Responses), no_finish, no_done, done_without_finish, invalid_json,
                          duplicate_finish
    its bytes             keepalive, blank_lines, one_byte, crlf, cr, bom
    its content           echo, usage_after, huge, empty_reasoning, interleaved, insufficient_system_resource, no_signature
"""
import json
import select
import socket
import ssl
import time

from deepseek_contract import REASONING_MISSING, Refusal
from deepseek_formats import Event

REFUSALS = {
    "400": Refusal(400, REASONING_MISSING),
    "401": Refusal(401, "Authentication Fails, Your api key: ****xxxx is invalid", "authentication_error"),
    "402": Refusal(402, "Insufficient Balance", "unknown_error"),
    "404": Refusal(404, "Not Found"),
    "429": Refusal(429, "Rate limit reached", "rate_limit_reached"),
    "500": Refusal(500, "Internal error", "server_error"),
    "503": Refusal(503, "Service is too busy.", "service_unavailable_error"),
}
RETRY_AFTER = "7"  # seconds, with every 429
MIDDLE = 3         # pieces of content (or of tool arguments) before a stream goes wrong
STALL_SECONDS = 120


class Gone(Exception):
    """The caller left while its answer was being written."""


def instead(handler, fake, cues, form):
    """Answers with something else where a cue says so; true if it did."""
    refused = next((REFUSALS[c] for c in cues if c in REFUSALS), None)
    if refused:
        headers = {"Retry-After": RETRY_AFTER} if refused.status == 429 else {}
        handler.whole(refused.status, json.dumps(form.refusal(refused)), headers=headers)
    elif "html" in cues:
        handler.whole(502, "<html><body>Bad gateway</body></html>", "text/html")
    elif "octet" in cues:
        handler.whole(500, b"\x00\xff\xfe\x80\x00" * 40, "application/octet-stream")
    elif "reset" in cues:
        handler.hang_up()
    elif "empty" in cues:
        handler.whole(200, "", "text/event-stream" if handler.streams else "application/json")
    elif "error_in_200" in cues:
        handler.whole(200, json.dumps(form.error_whole))
    elif "stall_head" in cues:
        wait(handler, fake, STALL_SECONDS)
    elif "late" in cues:
        wait(handler, fake, STALL_SECONDS)
        return False
    else:
        return False
    return True


def gone(connection):
    """Has the other side closed? Nothing else is due on this connection while its answer is being written."""
    if not select.select([connection], [], [], 0)[0]:
        return False
    try:
        if isinstance(connection, ssl.SSLSocket):
            return connection.recv(1) == b""
        return connection.recv(1, socket.MSG_PEEK) == b""
    except (OSError, ValueError):
        return True


def wait(handler, fake, seconds):
    """Until released, or the time is over; raises Gone as soon as the caller leaves."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not fake.release.wait(0.005):
        if gone(handler.connection):
            raise Gone


def send_whole(handler, cues, body):
    text = json.dumps(body)
    if "invalid_json" in cues:
        text = text[:-10] + "]]]]"
    out = Bytes(handler, cues)
    handler.begin("application/json")
    if "keepalive" in cues or "blank_lines" in cues:
        out.send("\n\n\n")
    out.send(text[:-10] if "cut" in cues or "cut_before" in cues else text)
    if "cut" in cues or "cut_before" in cues:
        return handler.hang_up()
    handler.end()


class Bytes:
    """Writes text as the cues spell it."""

    def __init__(self, handler, cues):
        self.handler, self.cues = handler, cues
        self.pending = "\ufeff" if "bom" in cues else ""

    def send(self, text):
        text, self.pending = self.pending + text, ""
        if "crlf" in self.cues:
            text = text.replace("\n", "\r\n")
        if "cr" in self.cues:
            text = text.replace("\n", "\r")
        raw = text.encode()
        for piece in ([raw[i:i + 1] for i in range(len(raw))] if "one_byte" in self.cues else [raw]):
            self.handler.chunk(piece)
        if "drip" in self.cues:
            time.sleep(0.02)


def send_stream(handler, fake, cues, form):
    out = Bytes(handler, cues)
    events = course(form, cues)
    handler.begin("text/event-stream; charset=utf-8")
    if "blank_lines" in cues:
        out.send("\n\n\n")
    for event in events:
        if "keepalive" in cues:
            out.send(": keep-alive\n\n")
        if event.kind == "cut":
            return handler.hang_up()
        if event.kind == "stall":
            wait(handler, fake, STALL_SECONDS)
            return handler.hang_up()
        if event.kind == "slow":
            while not fake.release.is_set():
                out.send(event.text)
                wait(handler, fake, 0.05)
            continue
        out.send(event.text)
    handler.end()


def course(form, cues):
    """The events to send, with what goes wrong put in its place."""
    events = form.events()
    shown = [i for i, e in enumerate(events) if e.kind in ("content", "tool")]
    middle = shown[min(MIDDLE, len(shown) - 1)] if shown else len(events) - 1
    before = next((i for i, e in enumerate(events) if e.kind in ("reasoning", "content", "tool")), 0)
    thought = next((i + 2 for i, e in enumerate(events) if e.kind == "reasoning"), before)
    finish = next(i for i, e in enumerate(events) if e.kind == "finish")
    ends = {"stall_before": (0, [Event("stall", "")]), "stall_reasoning": (thought, [Event("stall", "")]),
            "stall": (middle, [Event("stall", "")]), "cut_before": (before, [Event("cut", "")]),
            "cut": (middle, [Event("cut", "")]), "error_event_first": (0, [Event("error", form.error_events())]),
            "error_event": (middle, [Event("error", form.error_events())]),
            "failed": (middle, [Event("error", form.error_events())]), "no_finish": (middle, []),
            "done_without_finish": (middle, [e for e in events if e.kind == "done"])}
    for cue, (at, rest) in ends.items():
        if cue in cues:
            return events[:at] + rest
    if "no_done" in cues:
        return [e for e in events if e.kind != "done"]
    if "invalid_json" in cues:
        return events[:middle] + [Event("content", events[middle].text.rstrip()[:-10] + "\n\n")] + events[middle:]
    if "duplicate_finish" in cues:
        return events[:finish + 1] + [events[finish]] + events[finish + 1:]
    if "slow" in cues:
        at = shown[min(2, len(shown) - 1)]
        return events[:at] + [Event("slow", events[at].text)] + events[at:]
    return events
