"""The same conversation as a request of every front: for promises that must hold whichever of them a client takes."""
import json


def text_of(message):
    return message["content"] or ""


def split(messages):
    """(the system prompt, the other turns)"""
    return text_of(messages[0]), messages[1:]


def chat(case, model, **more):
    return {"model": model, "max_tokens": 8, "messages": case["messages"], **more}


def response_items(messages):
    for m in messages:
        for call in m.get("tool_calls", []):
            yield {"type": "function_call", "call_id": call["id"], "name": call["function"]["name"],
                   "arguments": call["function"]["arguments"]}
        if m["role"] == "tool":
            yield {"type": "function_call_output", "call_id": m["tool_call_id"], "output": m["content"]}
        elif m["content"]:
            yield {"role": m["role"], "content": m["content"]}


def responses(case, model, **more):
    system, turns = split(case["messages"])
    return {"model": model, "max_output_tokens": 16, "instructions": system, "input": list(response_items(turns)), **more}


def anthropic_turns(messages):
    """Neighbours of one role are joined: a tool's result and the text after it are one user turn."""
    out = []
    for m in messages:
        role = "assistant" if m["role"] == "assistant" else "user"
        blocks = [{"type": "tool_use", "id": c["id"], "name": c["function"]["name"],
                   "input": json.loads(c["function"]["arguments"])} for c in m.get("tool_calls", [])]
        if m["role"] == "tool":
            blocks.append({"type": "tool_result", "tool_use_id": m["tool_call_id"], "content": m["content"]})
        elif m["content"]:
            blocks.append({"type": "text", "text": m["content"]})
        out.append({"role": role, "content": blocks})
    return out


def anthropic(case, model, **more):
    system, turns = split(case["messages"])
    return {"model": model, "max_tokens": 8, "system": system, "messages": anthropic_turns(turns), **more}


def count_tokens(case, model, **_):
    body = anthropic(case, model)
    del body["max_tokens"]
    return body


def completions(case, model, **more):
    """The last turn is what the gap is filled before."""
    *before, last = [text_of(m) for m in case["messages"]]
    return {"model": model, "max_tokens": 8, "prompt": "\n".join(before), "suffix": last, **more}


def embeddings(case, model, **_):
    return {"model": model, "input": [text_of(m) for m in case["messages"] if text_of(m)]}


# name -> (path, body of a case, can it be streamed, does the fake hosted upstream serve it)
FRONTS = {
    "chat": ("/v1/chat/completions", chat, True, True),
    "responses": ("/v1/responses", responses, True, True),
    "messages": ("/anthropic/v1/messages", anthropic, True, True),
    "completions": ("/v1/completions", completions, True, True),
    "count_tokens": ("/v1/messages/count_tokens", count_tokens, False, False),
    "embeddings": ("/v1/embeddings", embeddings, False, False),
}
