"""What DeepSeek's hosted API refuses, and with which words: the status and message that its callers really get.
A check returns None or a Refusal. Facts as of October 2026; each line says which rule of the API it stands for."""
import dataclasses
import re

MODELS = ["deepseek-flash", "deepseek-v4-pro"]
TEXT_ONLY = ["deepseek-v4-pro"]
MAX_TOKENS = 393216  # 384 K
FIM_TOKENS = 4096
REASONING_MISSING = "The `reasoning_content` in the thinking mode must be passed back to the API."
THINKING_MISSING = "The `content[].thinking` in the thinking mode must be passed back to the API."
FORCED_TOOL = "Thinking mode does not support this tool_choice"
NO_IMAGE = "This model does not support image"
EFFORTS = ("minimal", "low", "medium", "high", "xhigh", "max", "ultra")


@dataclasses.dataclass
class Refusal:
    status: int
    message: str
    type: str = "invalid_request_error"
    code: str = "invalid_request_error"


def bad(message):
    return Refusal(400, message)


def key_of(headers):
    """The caller's key, from whichever header carries it; headers in lower case."""
    bearer = headers.get("authorization", "")
    return bearer[7:] if bearer.startswith("Bearer ") else headers.get("x-api-key", "")


def check_key(headers):
    key = key_of(headers)
    if not key or "invalid" in key:
        return Refusal(401, f"Authentication Fails, Your api key: ****{key[-4:]} is invalid", "authentication_error")
    return None


def check_model(model, anthropic=False):
    """Names of Claude models are mapped on the Anthropic side; anything else unknown is refused."""
    if not isinstance(model, str) or not model:
        return bad("missing field `model`")
    known = model.startswith("deepseek") or (anthropic and model.startswith("claude"))
    return None if known else bad("Model Not Exist")


def check_range(value, name, low, high):
    if value is None:
        return None
    if not isinstance(value, (int, float)) or not low <= value <= high:
        return bad(f"Invalid {name} value, the valid range of {name} is [{low}, {high}]")
    return None


def first(*checks):
    """The first refusal of several checks."""
    return next((refusal for refusal in checks if refusal), None)


def check_user(user):
    """Any string of at most 512 bytes."""
    if user is None or (isinstance(user, str) and len(user.encode()) <= 512):
        return None
    return bad("user_id must be a string of at most 512 bytes")


def check_sampling(body):
    stop = body.get("stop", body.get("stop_sequences"))
    if isinstance(stop, list) and len(stop) > 16:
        return bad("stop: at most 16 sequences")
    return first(check_range(body.get("max_tokens"), "max_tokens", 1, MAX_TOKENS),
                 check_range(body.get("temperature"), "temperature", 0, 2),
                 check_range(body.get("top_p"), "top_p", 0, 1),
                 check_range(body.get("top_logprobs"), "top_logprobs", 0, 20))


def thinks(body):
    """Thinking is on unless it is switched off."""
    if "reasoning" in body and isinstance(body["reasoning"], dict):
        return body["reasoning"].get("effort") != "none"
    return (body.get("thinking") or {}).get("type", "enabled") != "disabled"


def images_in(content):
    if not isinstance(content, list):
        return 0
    return sum(1 for part in content if part.get("type") in ("image_url", "image", "input_image"))


def check_images(model, messages):
    if model in TEXT_ONLY and any(images_in(m.get("content")) for m in messages):
        return bad(NO_IMAGE)
    if any(images_in(m.get("content")) for m in messages if m.get("role") in ("system", "assistant")):
        return bad("image is supported in user messages only")
    return None


def check_chat_message(message):
    role, content = message.get("role"), message.get("content")
    if role not in ("system", "user", "assistant", "tool"):
        return bad(f"unknown variant `{role}`, expected one of `system`, `user`, `assistant`, `tool`")
    if role == "tool" and not isinstance(content, str):
        return bad("content of a tool message must be a string")
    if role == "tool" and not message.get("tool_call_id"):
        return bad("missing field `tool_call_id`")
    return None


def check_chat_history(body):
    """With `tools`, every earlier assistant turn must carry the field, be it empty. Every call needs its result."""
    messages = body["messages"]
    open_calls = set()
    for message in messages:
        if message["role"] == "assistant":
            if body.get("tools") and thinks(body) and not isinstance(message.get("reasoning_content"), str):
                return bad(REASONING_MISSING)
            open_calls = {call["id"] for call in message.get("tool_calls") or []}
        elif message["role"] == "tool":
            if message["tool_call_id"] not in open_calls:
                return bad("Messages with role 'tool' must be a response to a preceding message with 'tool_calls'")
            open_calls.discard(message["tool_call_id"])
        elif open_calls:
            return bad("An assistant message with 'tool_calls' must be followed by tool messages responding to each "
                       "'tool_call_id'")
    return None


def check_tools(tools, name_of, strict_allowed):
    if tools is None:
        return None
    if not isinstance(tools, list) or len(tools) > 128:
        return bad("tools: at most 128 functions")
    for tool in tools:
        name = name_of(tool)
        if not isinstance(name, str) or not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name):
            return bad("Invalid 'tools[].function.name': string does not match pattern '^[a-zA-Z0-9_-]{1,64}$'")
        if (tool.get("function") or {}).get("strict") and not strict_allowed:
            return bad("strict tools need the base address /beta")
    return None


def check_chat(body, beta):
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return bad("missing field `messages`")
    choice, form = body.get("tool_choice"), (body.get("response_format") or {}).get("type", "text")
    if body.get("n", 1) != 1:
        return bad("n: only 1 is supported")
    if form not in ("text", "json_object"):
        return bad(f"This response_format type is unavailable now: {form}")
    if thinks(body) and (choice == "required" or isinstance(choice, dict)):
        return bad(FORCED_TOOL)
    effort = body.get("reasoning_effort")
    if effort is not None and effort not in EFFORTS:
        return bad(f"unknown variant `{effort}`, expected one of `low`, `high`, `max`")
    if effort is not None and not thinks(body):
        return bad("reasoning_effort is not supported when thinking is disabled")
    if any(m.get("prefix") for m in messages) and not beta:
        return bad("prefix needs the base address /beta")
    if any(m.get("prefix") and (m is not messages[-1] or m.get("role") != "assistant") for m in messages):
        return bad("prefix is allowed on the last message only, an assistant's")
    return first(*[check_chat_message(m) for m in messages], check_user(body.get("user_id")), check_sampling(body),
                 check_tools(body.get("tools"), lambda t: (t.get("function") or {}).get("name"), beta),
                 check_images(body["model"], messages)) or check_chat_history(body)


def check_messages(body):
    """The Anthropic side. Thinking blocks of earlier turns must come back where `tools` are there. Claude Code, whose use
    with this API is documented, puts system messages into the conversation: they are taken."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return bad("missing field `messages`")
    if not isinstance(body.get("max_tokens"), int):
        return bad("missing field `max_tokens`")
    if thinks(body) and (body.get("tool_choice") or {}).get("type") in ("any", "tool"):
        return bad(FORCED_TOOL)
    if (body.get("output_config") or {}).get("effort") is not None and not thinks(body):
        return bad("output_config.effort is not supported when thinking is disabled")
    open_calls = set()
    for message in messages:
        content = message.get("content")
        blocks = content if isinstance(content, list) else [{"type": "text", "text": content}]
        if message.get("role") == "system":
            continue
        if message.get("role") not in ("user", "assistant"):
            return bad(f"unknown variant `{message.get('role')}`, expected one of `user`, `assistant`")
        if message["role"] == "assistant":
            if body.get("tools") and thinks(body) and not any(b.get("type") == "thinking" for b in blocks):
                return bad(THINKING_MISSING)
            open_calls = {b["id"] for b in blocks if b.get("type") == "tool_use"}
            continue
        results = {b["tool_use_id"] for b in blocks if b.get("type") == "tool_result"}
        if results - open_calls or open_calls - results:
            return bad("`tool_use` ids were found without `tool_result` blocks immediately after, or the reverse")
        open_calls = set()
    return first(check_sampling(body), check_images(body["model"], messages),
                 check_user((body.get("metadata") or {}).get("user_id")),
                 check_tools(body.get("tools"), lambda t: t.get("name"), True))


def check_responses(body):
    """Stateless: previous_response_id and its kin are ignored in silence, so the history must be whole."""
    items = body.get("input")
    if not isinstance(items, (str, list)) or not items:
        return bad("missing field `input`")
    items = items if isinstance(items, list) else []
    calls = [item.get("call_id") for item in items if item.get("type") == "function_call"]
    outputs = [item.get("call_id") for item in items if item.get("type") == "function_call_output"]
    if len(set(calls)) != len(calls) or set(calls) != set(outputs):
        return bad("every function_call needs a matching function_call_output, and call_id must be unique")
    choice = body.get("tool_choice")
    if thinks(body) and (choice == "required" or isinstance(choice, dict)):
        return bad(FORCED_TOOL)
    messages = [item for item in items if item.get("type", "message") == "message"]
    reasoning = any(item.get("type") == "reasoning" for item in items)
    if body.get("tools") and thinks(body) and calls and not reasoning:
        return bad(REASONING_MISSING)
    functions = [tool for tool in body.get("tools") or [] if tool.get("type") == "function"]
    return first(check_images(body["model"], messages), check_user(body.get("user")), check_sampling(body),
                 check_range(body.get("max_output_tokens"), "max_output_tokens", 1, MAX_TOKENS),
                 check_tools(functions, lambda t: t.get("name"), True))


def check_completion(body):
    if not isinstance(body.get("prompt"), str):
        return bad("missing field `prompt`")
    return first(check_range(body.get("max_tokens"), "max_tokens", 1, FIM_TOKENS), check_sampling(body))
