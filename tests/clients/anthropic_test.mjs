// The `@anthropic-ai/sdk` package, unchanged: messages, through an upstream that answers in another protocol or the same.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import { answer, askOne, askTwo, broken, brokenOff, cities, departure, direct, hello, model, picture, reasoning, restored, spellings,
  startPlace, throughSluice, weather } from "./running.mjs";

const tools = [{ name: "weather", description: "The weather of a city", input_schema: weather }];
const say = (content) => [{ role: "user", content }];
let place, client;

before(async () => {
  place = await startPlace();
  client = new Anthropic({ baseURL: place.anthropic, apiKey: place.key, maxRetries: 0 });
});
after(() => place?.stop());

const ask = (more) => client.messages.create({ model, max_tokens: 1000, messages: hello, ...more });
const streamed = async (more) => {
  const events = [];
  for await (const event of await ask({ stream: true, ...more })) events.push(event);
  return events;
};
const text = (message) => message.content.filter((b) => b.type === "text").map((b) => b.text).join("");
const uses = (message) => message.content.filter((b) => b.type === "tool_use");
const results = (message, of) => ({ role: "user", content: uses(message).map((u) => ({ type: "tool_result", tool_use_id: u.id, content: of(u.input.city) })) });

test("a whole answer has a signed thinking block, then text, a stop reason and usage", async () => {
  const message = await ask();
  assert.deepEqual(message.content.map((b) => b.type), ["thinking", "text"]);
  assert.equal(message.content[0].thinking, reasoning);
  assert.ok(message.content[0].signature, "clients drop a thinking block without signature");
  assert.equal(message.content[1].text, answer);
  assert.equal(message.stop_reason, "end_turn");
  assert.equal(message.type, "message");
  assert.equal(message.role, "assistant");
  assert.equal(message.usage.output_tokens, 10);
  assert.ok(message.usage.input_tokens > 0);
});

test("tokens read from the cache are told apart from the input, as Anthropic's clients expect", async () => {
  const { usage } = await ask({ messages: say("lighthouse ".repeat(200)) });
  assert.ok(usage.cache_read_input_tokens > 0);
  const { usage: streamedUsage } = await client.messages.stream({ model, max_tokens: 100, messages: say("lighthouse ".repeat(200)) }).finalMessage();
  assert.equal(streamedUsage.cache_read_input_tokens, usage.cache_read_input_tokens);
  assert.equal(streamedUsage.input_tokens, usage.input_tokens);
});

test("a stream's blocks open and close in order, none inside another", async () => {
  const events = await streamed({ messages: say(askTwo), tools });
  let open = null, next = 0;
  assert.equal(events[0].type, "message_start");
  for (const event of events) {
    if (event.type === "content_block_start") { assert.equal(open, null); assert.equal(event.index, next); open = next++; }
    if (event.type === "content_block_delta") assert.equal(event.index, open);
    if (event.type === "content_block_stop") { assert.equal(event.index, open); open = null; }
  }
  assert.equal(open, null);
  assert.equal(next, 3);
  assert.deepEqual(events.slice(-2).map((e) => e.type), ["message_delta", "message_stop"]);
});

test("the streaming helper assembles the same message", async () => {
  const stream = client.messages.stream({ model, max_tokens: 1000, messages: hello });
  let pieces = "", thought = "";
  stream.on("text", (delta) => { pieces += delta; });
  stream.on("thinking", (delta) => { thought += delta; });
  const message = await stream.finalMessage();
  assert.equal(pieces, answer);
  assert.equal(thought, reasoning);
  assert.equal(text(message), answer);
  assert.equal(message.content[0].thinking, reasoning);
  assert.ok(message.content[0].signature);
  assert.equal(message.stop_reason, "end_turn");
  assert.equal(message.usage.output_tokens, 10);
});

for (const spelling of spellings)
  test(`a stream spelled with ${spelling} is the same`, { skip: direct && /cr\b|bom/.test(spelling) && "the SDK alone can't read it" }, async () => {
    await place.fake.cue(spelling);
    const message = await client.messages.stream({ model, max_tokens: 1000, messages: hello }).finalMessage();
    assert.equal(text(message), answer);
    assert.equal(message.content[0].thinking, reasoning);
    assert.equal(message.stop_reason, "end_turn");
  });

for (const how of ["whole", "streamed"]) {
  const called = (more) => how === "whole" ? ask({ tools, ...more })
    : client.messages.stream({ model, max_tokens: 1000, tools, ...more }).finalMessage();

  test(`parallel tool calls are blocks of their own with their input whole (${how})`, async () => {
    const message = await called({ messages: say(askTwo) });
    assert.equal(message.stop_reason, "tool_use");
    assert.deepEqual(uses(message).map((u) => [u.name, u.input.city]), cities.map((c) => ["weather", c]));
    assert.equal(new Set(uses(message).map((u) => u.id)).size, 2);
  });

  test(`thinking goes back with its signature, and the results are answered (${how})`, async () => {
    const message = await called({ messages: say(askTwo) });
    assert.equal(message.content[0].type, "thinking");
    const said = await called({ messages: [...say(askTwo), { role: "assistant", content: message.content }, results(message, (c) => `rain in ${c}`)] });
    assert.equal(text(said), `The tools said: ${cities.map((c) => `rain in ${c}`).join("; ")}.`);
  });

  restored(`results are answered although the client dropped the thinking (${how})`, /400.*thinking/, async () => {
    const message = await called({ messages: say(askOne) });
    const said = await called({ messages: [...say(askOne), { role: "assistant", content: uses(message) }, results(message, () => "sun")] });
    assert.equal(text(said), "The tools said: sun.");
  });
}

test("interleaved pieces of parallel calls are put in order", { skip: direct && "the Anthropic format can't interleave" }, async () => {
  await place.fake.cue("interleaved");
  const message = await client.messages.stream({ model, max_tokens: 1000, tools, messages: say(askTwo) }).finalMessage();
  assert.deepEqual(uses(message).map((u) => u.input.city), cities);
});

// It asks for a thread that the server holds, which DeepSeek ignores in silence: then only new turns arrive. Refused by its
// proper name, the runner sends the whole conversation.
restored("the SDK's tool runner goes round by itself", /400.*tool_use/, async () => {
  const asked = [];
  const runner = client.beta.messages.toolRunner({ model, max_tokens: 1000, messages: say(askTwo), tools: [{ type: "custom", name: "weather",
    description: "The weather", input_schema: weather, parse: (x) => x, run: ({ city }) => { asked.push(city); return `snow in ${city}`; } }] });
  const message = await runner;
  assert.deepEqual(asked, cities);
  assert.match(text(message), /snow in Oslo; snow in S.o "Paulo"/);
});

test("several results and a text in one turn, an image result and a failed tool are understood", async () => {
  const message = await ask({ tools, messages: say(askTwo) });
  const [first, second] = uses(message);
  const said = await ask({ tools, messages: [...say(askTwo), { role: "assistant", content: message.content }, { role: "user", content: [
    { type: "tool_result", tool_use_id: second.id, content: [{ type: "text", text: "hail" }] },
    { type: "tool_result", tool_use_id: first.id, content: "no such city", is_error: true }] }] });
  assert.match(text(said), /hail/);
  assert.match(text(said), /no such city/);
});

for (const [choice, name] of [[{ type: "any" }, "any tool"], [{ type: "tool", name: "weather" }, "a named tool"]])
  restored(`${name} is called although the model thinks by default`, /400.*tool_choice/, async () => {
    const message = await ask({ tools, tool_choice: choice });
    assert.equal(uses(message)[0].name, "weather");
    assert.equal(message.stop_reason, "tool_use");
  });

const city = { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false };

for (const [how, answered] of [["whole", (more) => ask(more)], ["streamed", (more) => client.messages.stream({ model, max_tokens: 1000, ...more }).finalMessage()]])
  restored(`a JSON schema is kept (${how})`, /JSON/, async () => {
    const message = await answered({ messages: say("Name a city."), output_config: { format: { type: "json_schema", schema: city } } });
    assert.equal(typeof JSON.parse(text(message)).city, "string");
    assert.equal(message.stop_reason, "end_turn");
  });

restored("an effort goes with thinking that is off", /400.*effort/, async () => {
  const message = await ask({ thinking: { type: "disabled" }, output_config: { effort: "high" } });
  assert.deepEqual(message.content.map((b) => b.type), ["text"]);
});

throughSluice("what DeepSeek's Messages would ignore is refused by its name, or noted", async () => {
  const document = { type: "document", source: { type: "text", media_type: "text/plain", data: "A lighthouse." } };
  const tool = { name: "weather", description: "The weather", input_schema: weather };
  for (const [field, more] of [
    [/top_k/, { top_k: 5 }],
    [/mcp_servers/, { mcp_servers: [{ type: "url", url: "https://mcp.example.com", name: "docs" }] }],
    [/messages\[0\]/, { messages: say([{ type: "text", text: "What is this?" }, document]), model: place.seeing }],
    [/tools\[1\]/, { tools: [tool, { type: "code_execution_20250522", name: "code_execution" }] }],
  ])
    await assert.rejects(ask(more), (error) => {
      assert.ok(error instanceof Anthropic.BadRequestError, String(error));
      assert.match(JSON.stringify(error.error), field);
      return true;
    });
  const { response } = await client.messages.create({ model, max_tokens: 100, messages: hello, tools: [tool],
    tool_choice: { type: "auto", disable_parallel_tool_use: true } }).withResponse();
  assert.match(response.headers.get("x-sluice-note"), /disable_parallel_tool_use/);
});

test("thinking can be switched off, and on with a budget", async () => {
  assert.deepEqual((await ask({ thinking: { type: "disabled" } })).content.map((b) => b.type), ["text"]);
  assert.equal((await ask({ thinking: { type: "enabled", budget_tokens: 1024 }, max_tokens: 2000 })).content[0].type, "thinking");
});

test("a system prompt as text and as blocks with cache marks reaches the model", async () => {
  await ask({ system: "Be kind to lighthouses." });
  assert.match((await place.fake.received()).at(-1).body, /kind to lighthouses/);
  await ask({ system: [{ type: "text", text: "Be kind to foxes.", cache_control: { type: "ephemeral" } }] });
  assert.match((await place.fake.received()).at(-1).body, /kind to foxes/);
});

test("a stop sequence ends the answer and is named", async () => {
  const message = await ask({ messages: say('say "one two three four"'), stop_sequences: [" three"] });
  assert.equal(text(message), "one two");
  if (direct) assert.deepEqual([message.stop_reason, message.stop_sequence], ["stop_sequence", " three"]);
  else assert.ok(["stop_sequence", "end_turn"].includes(message.stop_reason));
});

throughSluice("a stop sequence is named where the gateway itself ends the answer", async () => {
  const format = { type: "json_schema", schema: { type: "object" } };
  const message = await ask({ messages: say('say "{} three four"'), output_config: { format }, stop_sequences: [" three"] });
  assert.deepEqual([text(message), message.stop_reason, message.stop_sequence], ["{}", "stop_sequence", " three"]);
});

test("max_tokens ends the answer with its own reason", async () => {
  const message = await ask({ max_tokens: 6 });
  assert.equal(message.stop_reason, "max_tokens");
  assert.equal(text(message), "Hello from");
});

restored("tokens are counted before anything is sent", /404/, async () => {
  const counting = direct ? model : "deepseek-count";
  const short = await client.messages.countTokens({ model: counting, messages: hello });
  const long = await client.messages.countTokens({ model: counting, messages: say("lighthouse ".repeat(100)), tools });
  assert.ok(short.input_tokens > 0);
  assert.ok(long.input_tokens > short.input_tokens + 90);
});

for (const name of ["claude-opus-4-5", "claude-haiku-4-5-20251001"])
  test(`the model name ${name} is served`, async () => {
    const message = await ask({ model: name });
    assert.equal(text(message), answer);
  });

for (const base of ["", "/anthropic"])
  test(`the base address ${base || "/"} works, with a bearer token as well`, async () => {
    const other = new Anthropic({ baseURL: place.root + base, authToken: place.key, apiKey: null, maxRetries: 0 });
    assert.equal(text(await other.messages.create({ model, max_tokens: 100, messages: hello })), answer);
  });

const image = say([{ type: "text", text: "What is this?" }, { type: "image", source: { type: "base64", media_type: "image/png", data: picture } }]);

test("an image reaches a deployment that can see", async () => {
  assert.equal(text(await ask({ model: place.seeing, messages: image })), "I see 1 image.");
});

test("an image for a model that can't see is refused", async () => {
  await assert.rejects(ask({ model: "deepseek-v4-pro", messages: image }), Anthropic.BadRequestError);
});

test("errors have the SDK's own classes and the protocol's own shape", async () => {
  await assert.rejects(ask({ model: "none" }), (error) => {
    assert.ok(error instanceof (direct ? Anthropic.BadRequestError : Anthropic.NotFoundError), String(error));
    assert.equal(error.error.type, "error");
    assert.equal(error.error.error.type, direct ? "invalid_request_error" : "not_found_error");
    return true;
  });
  await assert.rejects(ask({ messages: [] }), Anthropic.BadRequestError);
  await assert.rejects(ask({ max_tokens: 0 }), Anthropic.BadRequestError);
  const lost = new Anthropic({ baseURL: `${place.root}/nowhere`, apiKey: place.key, maxRetries: 0 });
  await assert.rejects(lost.messages.create({ model, max_tokens: 9, messages: hello }), Anthropic.NotFoundError);
  for (const cue of ["500", "503", "html", "octet", "empty", "error_in_200"]) {
    if (direct && ["empty", "error_in_200"].includes(cue)) continue;  // the SDK alone takes these for answers
    await place.fake.cue(cue);
    await assert.rejects(ask(), Anthropic.InternalServerError, cue);
  }
});

test("a full rate limit says when to come back", async () => {
  await place.fake.cue("429");
  await assert.rejects(ask(), (error) => {
    assert.ok(error instanceof Anthropic.RateLimitError, String(error));
    assert.equal(error.headers.get("retry-after"), "7");
    return true;
  });
});

test("an empty account is not tried again, by nobody", async () => {
  const eager = new Anthropic({ baseURL: place.anthropic, apiKey: place.key, maxRetries: 2 });
  const count = (await place.fake.received()).length;
  await place.fake.cue("402");
  await assert.rejects(eager.messages.create({ model, max_tokens: 100, messages: hello }));
  assert.equal((await place.fake.received()).length, count + 1);
});

for (const cue of broken)
  test(`a stream with ${cue} raises, it never ends clean`, { skip: direct && /no_finish|stall/.test(cue) && "the SDK alone can't tell" }, async () => {
    await place.fake.cue(cue);
    await assert.rejects(streamed(), brokenOff, cue);
    await place.fake.cue(cue);
    await assert.rejects(client.messages.stream({ model, max_tokens: 100, messages: hello }).finalMessage(), brokenOff, cue);
  });

throughSluice("an answer that stops for want of resources raises", async () => {
  await place.fake.cue("insufficient_system_resource");
  await assert.rejects(streamed(), brokenOff);
});

test("a client that leaves ends the upstream call within 100 ms", () => departure(place, async () => {
  const stream = await ask({ stream: true });
  for await (const event of stream) if (event.delta?.type === "text_delta") break;
  return () => stream.controller.abort();
}));

throughSluice("threads held by the server are refused by the protocol's own name", async () => {
  await assert.rejects(ask({ thread: { type: "create" } }), Anthropic.ThreadUnsupportedRequestError);
});
