"""Scripted answers in the API's own formats: chat completions, fill-in-the-middle completions and Anthropic messages;
Responses stand in deepseek_responses.py. A format has whole(), the answer's JSON, and events(), its stream: a list of
Event whose kind tells the misbehaviours of deepseek_wire.py what stands where."""
import dataclasses
import json

MADE = 1760000000  # seconds since 1970
OVERLOADED = {"message": "overloaded", "type": "server_error", "param": None, "code": "server_error"}


@dataclasses.dataclass
class Event:
    kind: str  # open, reasoning, content, tool, finish, usage, done
    text: str  # as it stands in the stream, with its blank line


def data(value):
    return f"data: {json.dumps(value)}\n\n"


def named(name, value):
    return f"event: {name}\ndata: {json.dumps(value)}\n\n"


def openai_error(refusal):
    return {"error": {"message": refusal.message, "type": refusal.type, "param": None, "code": refusal.code}}


def tool_pieces(calls, interleaved):
    """(index, call, piece) of every argument piece; one call after another, or turn by turn."""
    rows = [(i, call, piece) for i, call in enumerate(calls) for piece in call.pieces()]
    if interleaved:
        order = {id(row): number for _, group in _by_call(rows) for number, row in enumerate(group)}
        rows.sort(key=lambda row: (order[id(row)], row[0]))
    return rows


def _by_call(rows):
    groups = {}
    for row in rows:
        groups.setdefault(row[0], []).append(row)
    return groups.items()


class Chat:
    wants_done = True

    def __init__(self, body, ask, answer, cues, number):
        self.body, self.ask, self.answer, self.cues = body, ask, answer, cues
        self.id = f"fake-{number}"

    def usage(self):
        a = self.answer
        return {"prompt_tokens": a.prompt_tokens, "completion_tokens": a.completion_tokens,
                "total_tokens": a.prompt_tokens + a.completion_tokens, "prompt_cache_hit_tokens": a.cached,
                "prompt_cache_miss_tokens": a.prompt_tokens - a.cached,
                "prompt_tokens_details": {"cached_tokens": a.cached},
                "completion_tokens_details": {"reasoning_tokens": len(a.reasoning)}}

    def logprobs(self, pieces, field="content"):
        if not self.body.get("logprobs"):
            return None
        top = self.body.get("top_logprobs", 0)

        def entry(token, value):
            return {"token": token, "logprob": value, "bytes": list(token.encode())}
        listed = [entry(p, -0.25) | {"top_logprobs": [entry(p if i == 0 else f"alt{i}", -0.25 - i) for i in range(top)]}
                  for p in pieces]
        return {"content": None, "reasoning_content": None} | {field: listed}

    def whole(self):
        a = self.answer
        message = {"role": "assistant", "content": "".join(a.content)}
        if self.ask.thinking:
            message["reasoning_content"] = "".join(a.reasoning)
        if a.calls:
            message["tool_calls"] = [{"index": i, "id": c.id, "type": "function",
                                      "function": {"name": c.name, "arguments": c.arguments}}
                                     for i, c in enumerate(a.calls)]
        return {"id": self.id, "object": "chat.completion", "created": MADE, "model": self.ask.model,
                "choices": [{"index": 0, "message": message, "logprobs": self.logprobs(a.content),
                             "finish_reason": a.finish}],
                "usage": self.usage(), "system_fingerprint": "fp_fake"}

    def chunk(self, delta, finish=None, logprobs=None, **more):
        return data({"id": self.id, "object": "chat.completion.chunk", "created": MADE, "model": self.ask.model,
                     "system_fingerprint": "fp_fake",
                     "choices": [{"index": 0, "delta": delta, "logprobs": logprobs, "finish_reason": finish}], **more})

    def delta(self, content=None, reasoning=None, **more):
        return {"content": content} | ({"reasoning_content": reasoning} if self.ask.thinking else {}) | more

    def events(self):
        a, out = self.answer, []
        first = {"role": "assistant", "content": None if self.ask.thinking else ""}
        out.append(Event("open", self.chunk(first | ({"reasoning_content": ""} if self.ask.thinking else {}))))
        for piece in a.reasoning:
            out.append(Event("reasoning", self.chunk(self.delta(None, piece, role=None),
                                                     None, self.logprobs([piece], "reasoning_content"))))
        for piece in a.content:
            out.append(Event("content", self.chunk(self.delta(piece), None, self.logprobs([piece]))))
        out += self.tool_events()
        end = self.delta("")
        if "usage_after" in self.cues:
            out.append(Event("finish", self.chunk(end, a.finish)))
            out.append(Event("usage", data({"id": self.id, "object": "chat.completion.chunk", "created": MADE,
                                            "model": self.ask.model, "choices": [], "usage": self.usage()})))
        else:
            out.append(Event("finish", self.chunk(end, a.finish, usage=self.usage())))
        return out + [Event("done", "data: [DONE]\n\n")]

    def tool_events(self):
        started, out = set(), []
        for index, call, piece in tool_pieces(self.answer.calls, "interleaved" in self.cues):
            if index not in started:
                started.add(index)
                opening = {"index": index, "id": call.id, "type": "function",
                           "function": {"name": call.name, "arguments": ""}}
                out.append(Event("tool", self.chunk(self.delta(tool_calls=[opening]))))
            more = {"index": index, "function": {"arguments": piece}}
            out.append(Event("tool", self.chunk(self.delta(tool_calls=[more]))))
        return out

    def error_events(self):
        return data({"error": OVERLOADED})

    error_whole = {"error": OVERLOADED}
    refusal = staticmethod(openai_error)


class Completion(Chat):
    """Fill in the middle: the text between prompt and suffix."""

    def usage(self):
        return super().usage()

    def choice(self, text, finish=None):
        return {"index": 0, "text": text, "logprobs": None, "finish_reason": finish}

    def object(self, choices, **more):
        return {"id": self.id, "object": "text_completion", "created": MADE, "model": self.ask.model,
                "system_fingerprint": "fp_fake", "choices": choices, **more}

    def pieces(self):
        return ([self.body["prompt"]] if self.body.get("echo") else []) + self.answer.content

    def whole(self):
        return self.object([self.choice("".join(self.pieces()), self.answer.finish)], usage=self.usage())

    def events(self):
        out = [Event("content", data(self.object([self.choice(piece)]))) for piece in self.pieces()]
        out.append(Event("finish", data(self.object([self.choice("", self.answer.finish)], usage=self.usage()))))
        return out + [Event("done", "data: [DONE]\n\n")]


class Messages:
    wants_done = False
    error_whole = {"type": "error", "error": {"type": "overloaded_error", "message": "overloaded"}}
    reasons = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}

    def __init__(self, body, ask, answer, cues, number):
        self.body, self.ask, self.answer, self.cues = body, ask, answer, cues
        self.id = f"msg_fake_{number}"

    def usage(self, output):
        a = self.answer
        return {"input_tokens": a.prompt_tokens - a.cached, "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": a.cached, "output_tokens": output}

    def stop_reason(self):
        return "stop_sequence" if self.answer.stopped_by else self.reasons.get(self.answer.finish, self.answer.finish)

    def signature(self):
        return "" if "no_signature" in self.cues else self.id

    def whole(self):
        a, content = self.answer, []
        if self.ask.thinking:
            content.append({"type": "thinking", "thinking": "".join(a.reasoning), "signature": self.signature()})
        if a.content:
            content.append({"type": "text", "text": "".join(a.content)})
        content += [{"type": "tool_use", "id": c.id, "name": c.name, "input": json.loads(c.arguments)} for c in a.calls]
        return {"id": self.id, "type": "message", "role": "assistant", "model": self.ask.model, "content": content,
                "stop_reason": self.stop_reason(), "stop_sequence": a.stopped_by, "usage": self.usage(a.completion_tokens)}

    def event(self, kind, name, **more):
        return Event(kind, named(name, {"type": name, **more}))

    def block(self, index, kind, start, deltas):
        yield self.event("open", "content_block_start", index=index, content_block=start)
        for delta in deltas:
            yield self.event(kind, "content_block_delta", index=index, delta=delta)
        yield self.event("open", "content_block_stop", index=index)

    def events(self):
        a, index = self.answer, 0
        message = self.whole() | {"content": [], "stop_reason": None, "stop_sequence": None, "usage": self.usage(0)}
        out = [self.event("open", "message_start", message=message), self.event("open", "ping")]
        if self.ask.thinking:
            deltas = [{"type": "thinking_delta", "thinking": piece} for piece in a.reasoning]
            if self.signature():
                deltas.append({"type": "signature_delta", "signature": self.signature()})
            out += self.block(index, "reasoning", {"type": "thinking", "thinking": "", "signature": ""}, deltas)
            index += 1
        if a.content:
            out += self.block(index, "content", {"type": "text", "text": ""},
                              [{"type": "text_delta", "text": piece} for piece in a.content])
            index += 1
        for number, call in enumerate(a.calls):
            out += self.block(index + number, "tool",
                              {"type": "tool_use", "id": call.id, "name": call.name, "input": {}},
                              [{"type": "input_json_delta", "partial_json": piece} for piece in call.pieces()])
        delta = {"stop_reason": self.stop_reason(), "stop_sequence": a.stopped_by}
        out.append(self.event("finish", "message_delta", delta=delta, usage=self.usage(a.completion_tokens)))
        return out + [self.event("done", "message_stop")]

    def error_events(self):
        return named("error", self.error_whole)

    @staticmethod
    def refusal(refusal):
        kinds = {401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error", 500: "api_error",
                 503: "overloaded_error"}
        return {"type": "error", "error": {"type": kinds.get(refusal.status, "invalid_request_error"),
                                           "message": refusal.message}}
