#!/usr/bin/env python3
"""Writes openai.json: what OpenAI publishes about its answers, cut down to the answers and events that Sluice gives.

    extract.py path/to/openapi.json      from github.com/openai/openai-openapi, branch main

Kept are the schemas named in ROOTS with all they refer to, without prose. MIT licence, Copyright (c) OpenAI."""
import json
import pathlib
import sys

SOURCE = "github.com/openai/openai-openapi, openapi.json of 2026-08-21 (f85dbe22), MIT licence, Copyright (c) OpenAI"
ROOTS = ["CreateChatCompletionResponse", "CreateChatCompletionStreamResponse", "CreateCompletionResponse",
         "CreateEmbeddingResponse", "ListModelsResponse", "Model", "Response", "ResponseStreamEvent", "ErrorResponse"]
PROSE = {"description", "example", "examples", "title", "externalDocs", "deprecated", "default", "discriminator"}


def strip(value, names=False):
    """Without prose and x- extensions; below `properties` every key is a field's name and stays."""
    if isinstance(value, list):
        return [strip(v) for v in value]
    if not isinstance(value, dict):
        return value
    kept = {k: strip(v, k == "properties" and not names) for k, v in value.items()
            if names or not (k in PROSE or k.startswith("x-"))}
    return kept if names or "nullable" not in kept else nullable(kept)


def nullable(schema):
    """OpenAPI 3.0's word for it, of which some are left, in the words of JSON Schema."""
    rest = {k: v for k, v in schema.items() if k != "nullable"}
    return {"anyOf": [rest, {"type": "null"}]} if schema["nullable"] is True else rest


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"].rsplit("/", 1)[1]
        for v in value.values():
            yield from references(v)
    elif isinstance(value, list):
        for v in value:
            yield from references(v)


schemas = json.loads(pathlib.Path(sys.argv[1]).read_text())["components"]["schemas"]
kept, wanted = {}, list(ROOTS)
while wanted:
    name = wanted.pop()
    if name not in kept:
        kept[name] = strip(schemas[name])
        wanted += references(kept[name])
lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(kept[name])}" for name in sorted(kept))
here = pathlib.Path(__file__).resolve().parent
(here / "openai.json").write_text(f'{{"source": {json.dumps(SOURCE)},\n"components": {{"schemas": {{\n{lines}\n}}}}}}\n')
