"""Scripted answers in the Responses format: items, and events with sequence numbers. The shapes are those of the
published schema; the tests hold this file against it."""
import json

from deepseek_formats import MADE, OVERLOADED, Event, named, openai_error


class Responses:
    wants_done = False
    error_whole = {"error": OVERLOADED}
    refusal = staticmethod(openai_error)

    def __init__(self, body, ask, answer, cues, number):
        self.body, self.ask, self.answer, self.cues = body, ask, answer, cues
        self.id = f"resp_fake{number}"
        self.sequence = 0

    def usage(self):
        a = self.answer
        return {"input_tokens": a.prompt_tokens,
                "input_tokens_details": {"cached_tokens": a.cached, "cache_write_tokens": 0},
                "output_tokens": a.completion_tokens, "output_tokens_details": {"reasoning_tokens": len(a.reasoning)},
                "total_tokens": a.prompt_tokens + a.completion_tokens}

    def items(self):
        a, items = self.answer, []
        if self.ask.thinking:
            items.append({"id": f"rs_{self.id}", "type": "reasoning", "status": "completed", "summary": [],
                          "content": [{"type": "reasoning_text", "text": "".join(a.reasoning)}]})
        if a.content:
            items.append({"id": f"msg_{self.id}", "type": "message", "role": "assistant", "status": "completed",
                          "content": [{"type": "output_text", "text": "".join(a.content), "annotations": [],
                                       "logprobs": []}]})
        for call in a.calls:
            items.append({"id": f"fc_{call.id}", "type": "function_call", "status": "completed", "call_id": call.id,
                          "name": call.name, "arguments": call.arguments})
        return items

    def response(self, status, output, **more):
        given = self.body
        return {"id": self.id, "object": "response", "created_at": MADE, "status": status, "error": None,
                "incomplete_details": None, "instructions": given.get("instructions"), "metadata": {},
                "model": self.ask.model, "output": output, "parallel_tool_calls": True,
                "temperature": given.get("temperature", 1.0), "top_p": given.get("top_p", 1.0),
                "tool_choice": given.get("tool_choice", "auto"), "tools": given.get("tools", []), "store": False,
                "previous_response_id": None, "max_output_tokens": given.get("max_output_tokens"),
                "reasoning": {"effort": "high" if self.ask.thinking else "none", "summary": None},
                "text": given.get("text", {"format": {"type": "text"}}), "truncation": "disabled", **more}

    def end(self):
        if self.answer.finish == "length":
            return self.response("incomplete", self.items(), usage=self.usage(),
                                 incomplete_details={"reason": "max_output_tokens"})
        return self.response("completed", self.items(), usage=self.usage())

    def whole(self):
        return self.end()

    def event(self, kind, event_name, /, **more):
        numbered = Event(kind, named(event_name, {"type": event_name, "sequence_number": self.sequence, **more}))
        self.sequence += 1
        return numbered

    def part(self, kind, index, item, word, empty, full, pieces):
        """One content part of an item, streamed piece by piece."""
        at = {"item_id": item, "output_index": index, "content_index": 0}
        more = {"logprobs": []} if word == "output_text" else {}
        yield self.event("open", "response.content_part.added", **at, part=empty)
        for piece in pieces:
            yield self.event(kind, f"response.{word}.delta", **at, delta=piece, **more)
        yield self.event("open", f"response.{word}.done", **at, text="".join(pieces), **more)
        yield self.event("open", "response.content_part.done", **at, part=full)

    def item_events(self, index, item):
        started = item | {"status": "in_progress"}
        started |= {"arguments": ""} if item["type"] == "function_call" else {"content": []}
        yield self.event("open", "response.output_item.added", output_index=index, item=started)
        if item["type"] == "function_call":
            call = next(c for c in self.answer.calls if c.id == item["call_id"])
            at = {"item_id": item["id"], "output_index": index}
            for piece in call.pieces():
                yield self.event("tool", "response.function_call_arguments.delta", **at, delta=piece)
            yield self.event("open", "response.function_call_arguments.done", **at, name=call.name,
                             arguments=call.arguments)
        else:
            full = item["content"][0]
            word = full["type"]
            kind, pieces = (("reasoning", self.answer.reasoning) if word == "reasoning_text"
                            else ("content", self.answer.content))
            yield from self.part(kind, index, item["id"], word, full | {"text": ""}, full, pieces)
        yield self.event("open", "response.output_item.done", output_index=index, item=item)

    def events(self):
        out = [self.event("open", "response.created", response=self.response("in_progress", [])),
               self.event("open", "response.in_progress", response=self.response("in_progress", []))]
        for index, item in enumerate(self.items()):
            out += self.item_events(index, item)
        end = self.end()
        return out + [self.event("finish", f"response.{end['status']}", response=end)]

    def error_events(self):
        if "failed" in self.cues:
            failed = self.response("failed", [], usage=None)
            failed["error"] = {"code": "server_error", "message": "overloaded"}
            return named("response.failed", {"type": "response.failed", "sequence_number": 9, "response": failed})
        return f'event: error\ndata: {json.dumps({"type": "error", "sequence_number": 9, "code": "server_error", "message": "overloaded", "param": None})}\n\n'
