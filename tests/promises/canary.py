"""Looks for a text in what an upstream received, in every form in which it could have got there: as it stands, escaped,
percent- or base64-encoded, and inside whatever of the received is itself JSON or base64."""
import base64
import binascii
import json
import re
import urllib.parse


def base64_forms(raw):
    """The part of an encoding that does not depend on what stands around, for each of the three alignments."""
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        core = encoded[(0, 2, 3)[shift]:-2]
        yield core
        yield core.replace("+", "-").replace("/", "_")


def forms(text):
    raw = text.encode()
    return {text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], json.dumps(json.dumps(text)[1:-1])[1:-1],
            urllib.parse.quote(text), urllib.parse.quote_plus(text), raw.hex(), *base64_forms(raw)}


def leaves(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    elif isinstance(value, str):
        yield value


def opened(text, depth=3):
    """The text and what is inside it."""
    yield text
    if depth == 0:
        return
    try:
        for leaf in leaves(json.loads(text)):
            yield from opened(leaf, depth - 1)
    except ValueError:
        pass
    for run in re.findall(r"[A-Za-z0-9+/_-]{16,}={0,2}", text):
        try:
            decoded = base64.b64decode(run.replace("-", "+").replace("_", "/") + "==", validate=False)
        except binascii.Error:
            continue
        yield decoded.decode(errors="ignore")


def haystack(bodies):
    """All that `bodies` (bytes) say, once."""
    return "\n".join("\n".join(opened(body.decode(errors="replace"))) for body in bodies)


def found(text, hay):
    return [form for form in forms(text) if form in hay]
