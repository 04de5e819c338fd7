"""What the scripted model says. The last user message is its script:

    use tool NAME with {JSON}     calls that tool, if the request offers it; several in one text are parallel calls
    say "TEXT"                    answers TEXT
    anything else                 answers ANSWER; with images it counts them

A history that ends with tool results is answered with those results, so that a test sees what reached the model.
A required JSON form is filled from its schema. One piece counts as one token."""
import dataclasses
import json
import re

from deepseek_contract import images_in, thinks

ANSWER = ["Hello", " from", " the", " fake", " upstream", "."]
REASONING = ["Let", " me", " think", "."]
ARGUMENT_PIECE = 5  # characters of tool arguments in one event


@dataclasses.dataclass
class Ask:
    """A request of any protocol, as far as the script needs it."""
    model: str
    text: str = ""                                  # the last user message
    results: list = dataclasses.field(default_factory=list)  # the tool results that the history ends with
    tools: dict = dataclasses.field(default_factory=dict)    # name -> JSON schema of its arguments
    forced: str = None                              # a tool's name, or "any"
    may_call: bool = True
    thinking: bool = True
    images: int = 0
    stop: list = dataclasses.field(default_factory=list)
    max_tokens: int = None
    schema: dict = None                             # the answer must be JSON of this schema; {} = any object
    prefix: str = ""
    prompt_size: int = 1                            # characters
    stream: bool = False


@dataclasses.dataclass
class Call:
    id: str
    name: str
    arguments: str

    def pieces(self):
        step = ARGUMENT_PIECE
        return [self.arguments[i:i + step] for i in range(0, len(self.arguments), step)]


@dataclasses.dataclass
class Answer:
    reasoning: list
    content: list
    calls: list
    finish: str          # stop, length, tool_calls, insufficient_system_resource
    stopped_by: str      # the stop sequence that ended it
    prompt_tokens: int
    cached: int

    @property
    def completion_tokens(self):
        return len(self.reasoning) + len(self.content) + sum(len(c.pieces()) for c in self.calls)


def pieces_of(text):
    """Splits a text into its scripted tokens, losing nothing."""
    return re.findall(r"\s*\w+|\s*[^\w\s]|\s+", text)


def example(schema):
    """A value that a JSON schema allows."""
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return example(schema[union][0])
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return {name: example(of) for name, of in (schema.get("properties") or {}).items()}
    if kind == "array":
        return [example(schema.get("items") or {"type": "string"})]
    return {"string": "fake", "number": 1.5, "integer": max(7, schema.get("minimum", 7)), "boolean": True, "null": None}[kind]


def scripted_calls(ask):
    """The calls that the last user message asks for."""
    found, decoder = [], json.JSONDecoder()
    for match in re.finditer(r"use tool ([\w-]+) with ", ask.text):
        if match.group(1) in ask.tools:
            try:
                _, end = decoder.raw_decode(ask.text, match.end())
            except ValueError:
                continue
            found.append((match.group(1), ask.text[match.end():end]))
    if not found and ask.forced:
        name = ask.forced if ask.forced != "any" else next(iter(ask.tools))
        found.append((name, json.dumps(example(ask.tools[name]))))
    return found


def scripted_text(ask):
    if ask.results:
        return "The tools said: " + "; ".join(ask.results) + "."
    said = re.search(r'say "((?:[^"\\]|\\.)*)"', ask.text)
    if said:
        return json.loads(f'"{said.group(1)}"')
    if ask.schema is not None:
        return json.dumps(example(ask.schema) or {"answer": "fake"})
    if ask.images:
        return f"I see {ask.images} image{'s' if ask.images > 1 else ''}."
    return "".join(ANSWER)


def answer_to(ask, cues, number):
    """`number` makes the ids of tool calls unique."""
    if "echo" in cues:
        return echo(ask, number)
    calls = scripted_calls(ask) if ask.tools and ask.may_call and not ask.results else []
    text = "" if calls else scripted_text(ask)
    finish, stopped_by = "tool_calls" if calls else "stop", None
    hits = [(text.find(s), s) for s in ask.stop if s and s in text]
    if hits:
        at, stopped_by = min(hits)
        text = text[:at]
    reasoning = list(REASONING) if ask.thinking else []
    if "empty_reasoning" in cues:
        reasoning = []
    content = pieces_of(text)
    if "huge" in cues:
        content.insert(3, " " + "x" * (2 << 20))
    if ask.max_tokens is not None and len(reasoning) + len(content) > ask.max_tokens:
        reasoning = reasoning[:ask.max_tokens]
        content = content[:ask.max_tokens - len(reasoning)]
        finish, stopped_by = "length", None
    if "insufficient_system_resource" in cues:
        finish, content = "insufficient_system_resource", content[:3]
    made = [Call(f"call_{i:02}_{number:06}", name, arguments) for i, (name, arguments) in enumerate(calls)]
    prompt = max(1, ask.prompt_size // 4)
    return Answer(reasoning, content, made, finish, stopped_by, prompt, prompt // 64 * 64 // 2)


def echo(ask, number):
    """Says what was asked, in pieces of three characters: thinks it, and says it or calls the first tool with it."""
    said = "\n".join([ask.text, *ask.results])
    pieces = [said[i:i + 3] for i in range(0, len(said), 3)]
    calls = ask.tools and ask.may_call and not ask.results
    made = [Call(f"call_00_{number:06}", next(iter(ask.tools)), json.dumps({"text": said}))] if calls else []
    return Answer(pieces if ask.thinking else [], [] if calls else pieces, made, "tool_calls" if calls else "stop", None,
                  max(1, ask.prompt_size // 4), 0)


def text_of(content):
    if isinstance(content, list):
        return "\n".join(part.get("text", "") for part in content if isinstance(part, dict))
    return content or ""


def stops_of(value):
    return [value] if isinstance(value, str) else list(value or [])


def ask_of_chat(body):
    messages = body["messages"]
    tail = len(messages)
    while messages[tail - 1]["role"] == "tool":
        tail -= 1
    last = messages[-1]
    user = next((m for m in reversed(messages) if m["role"] == "user"), {"content": ""})
    choice = body.get("tool_choice")
    forced = "any" if choice == "required" else choice["function"]["name"] if isinstance(choice, dict) else None
    form = (body.get("response_format") or {}).get("type")
    return Ask(body["model"], text_of(user["content"]), [m["content"] for m in messages[tail:]],
               {t["function"]["name"]: t["function"].get("parameters") or {} for t in body.get("tools") or []},
               forced, choice != "none", thinks(body), sum(images_in(m.get("content")) for m in messages),
               stops_of(body.get("stop")), body.get("max_tokens"), {} if form == "json_object" else None,
               last["content"] if last.get("prefix") else "", len(json.dumps(messages)), bool(body.get("stream")))


def ask_of_deepseek_messages(body):
    """DeepSeek's own side of Messages reads no more of output_config than the effort."""
    return dataclasses.replace(ask_of_messages(body), schema=None)


def ask_of_messages(body):
    last = [m for m in body["messages"] if m["role"] != "system"][-1]
    blocks = last["content"] if isinstance(last["content"], list) else [{"type": "text", "text": last["content"]}]
    results = [text_of(b.get("content")) for b in blocks if b["type"] == "tool_result"]
    choice = body.get("tool_choice") or {}
    forced = {"any": "any", "tool": choice.get("name")}.get(choice.get("type"))
    form = ((body.get("output_config") or {}).get("format") or {})
    return Ask(body["model"], text_of([b for b in blocks if b["type"] == "text"]), results,
               {t["name"]: t.get("input_schema") or {} for t in body.get("tools") or []},
               forced, choice.get("type") != "none", thinks(body),
               sum(images_in(m["content"]) for m in body["messages"]), stops_of(body.get("stop_sequences")),
               body.get("max_tokens"), form.get("schema"), "",
               len(json.dumps([body.get("system"), body["messages"], body.get("tools")])), bool(body.get("stream")))


def ask_of_responses(body):
    items = body["input"] if isinstance(body["input"], list) else [{"role": "user", "content": body["input"]}]
    results = []
    for item in reversed(items):
        if item.get("type") != "function_call_output":
            break
        results.insert(0, text_of(item["output"]))
    users = [i for i in items if i.get("type", "message") == "message" and i.get("role") == "user"]
    choice = body.get("tool_choice")
    forced = "any" if choice == "required" else choice.get("name") if isinstance(choice, dict) else None
    form = ((body.get("text") or {}).get("format") or {})
    schema = form.get("schema") if form.get("type") == "json_schema" else {} if form.get("type") == "json_object" else None
    functions = [t for t in body.get("tools") or [] if t.get("type") == "function"]
    return Ask(body["model"], text_of(users[-1]["content"]) if users else "", results,
               {t["name"]: t.get("parameters") or {} for t in functions}, forced, choice != "none", thinks(body),
               sum(images_in(i.get("content")) for i in items), [], body.get("max_output_tokens"), schema, "",
               len(json.dumps([body.get("instructions"), items, body.get("tools")])), bool(body.get("stream")))
