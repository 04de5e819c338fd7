// The `openai` package, unchanged: chat completions.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";
import { answer, askOne, askTwo, broken, brokenOff, cities, departure, direct, hello, model, picture, reasoning, restored, spellings,
  startPlace, throughSluice, weather } from "./running.mjs";

const tools = [{ type: "function", function: { name: "weather", description: "The weather of a city", parameters: weather } }];
const say = (text) => [{ role: "user", content: text }];
let place, client;

before(async () => {
  place = await startPlace();
  client = new OpenAI({ baseURL: place.openai, apiKey: place.key, maxRetries: 0 });
});
after(() => place?.stop());

const ask = (more) => client.chat.completions.create({ model, messages: hello, ...more });
const streamed = async (more) => {
  const chunks = [];
  for await (const chunk of await ask({ stream: true, stream_options: { include_usage: true }, ...more })) chunks.push(chunk);
  return chunks;
};
const joined = (chunks, field) => chunks.map((c) => c.choices[0]?.delta?.[field] ?? "").join("");

test("a whole answer has text, reasoning, finish and a usage whose parts sum up", async () => {
  const { choices: [choice], usage } = await ask();
  assert.equal(choice.message.content, answer);
  assert.equal(choice.message.reasoning_content, reasoning);
  assert.equal(choice.finish_reason, "stop");
  assert.equal(usage.prompt_tokens + usage.completion_tokens, usage.total_tokens);
  assert.equal(usage.completion_tokens_details.reasoning_tokens, 4);
});

test("a stream has the same text and reasoning piece by piece, and one finish", async () => {
  const chunks = await streamed();
  assert.equal(joined(chunks, "content"), answer);
  assert.equal(joined(chunks, "reasoning_content"), reasoning);
  assert.deepEqual(chunks.map((c) => c.choices[0]?.finish_reason).filter(Boolean), ["stop"]);
  assert.ok(chunks.length >= 10, "it was not held back into one piece");
  assert.equal(chunks.filter((c) => c.usage).length, 1);
});

test("tokens read from the cache are told where OpenAI's clients look for them", async () => {
  const long = say("lighthouse ".repeat(200));
  const { usage } = await ask({ messages: long });
  assert.ok(usage.prompt_tokens_details.cached_tokens > 0);
  assert.ok(usage.prompt_tokens_details.cached_tokens <= usage.prompt_tokens);
  const last = (await streamed({ messages: long })).find((c) => c.usage).usage;
  assert.deepEqual(last.prompt_tokens_details, usage.prompt_tokens_details);
  assert.equal(usage.prompt_cache_hit_tokens + usage.prompt_cache_miss_tokens, usage.prompt_tokens);
});

for (const spelling of spellings)
  test(`a stream spelled with ${spelling} is the same`, { skip: direct && /cr\b|bom/.test(spelling) && "the SDK alone can't read it" }, async () => {
    const plain = await streamed();
    await place.fake.cue(spelling);
    const chunks = await streamed();
    assert.equal(joined(chunks, "content"), joined(plain, "content"));
    assert.equal(joined(chunks, "reasoning_content"), joined(plain, "reasoning_content"));
    assert.deepEqual(chunks.find((c) => c.usage).usage, plain.find((c) => c.usage).usage);
  });

for (const how of ["whole", "streamed"]) {
  const called = async (messages) => how === "whole"
    ? (await ask({ messages, tools })).choices[0]
    : (await client.chat.completions.stream({ model, messages, tools }).finalChatCompletion()).choices[0];

  test(`a tool is called with its arguments whole (${how})`, async () => {
    const { message, finish_reason } = await called(say(askOne));
    assert.equal(finish_reason, "tool_calls");
    assert.deepEqual(message.tool_calls.map((c) => [c.function.name, JSON.parse(c.function.arguments)]), [["weather", { city: "Oslo" }]]);
  });

  test(`parallel tool calls keep their order, ids and arguments (${how})`, async () => {
    const { message } = await called(say(askTwo));
    assert.deepEqual(message.tool_calls.map((c) => JSON.parse(c.function.arguments).city), cities);
    assert.equal(new Set(message.tool_calls.map((c) => c.id)).size, 2);
  });

  // The SDK's message type has no reasoning_content: a client that stores what it knows drops it.
  restored(`a tool's result is answered although the client dropped the reasoning (${how})`, /400.*reasoning_content/, async () => {
    const { message } = await called(say(askTwo));
    const kept = { role: "assistant", content: message.content, tool_calls: message.tool_calls };
    const results = message.tool_calls.map((c) => ({ role: "tool", tool_call_id: c.id, content: `rain in ${JSON.parse(c.function.arguments).city}` }));
    const { message: said } = await called([...say(askTwo), kept, ...results]);
    assert.equal(said.content, `The tools said: ${cities.map((c) => `rain in ${c}`).join("; ")}.`);
    const sent = (await place.fake.last()).body;
    assert.equal(sent.messages[1].reasoning_content, reasoning);
  });

  test(`a tool's result is answered where the client kept the reasoning (${how})`, async () => {
    const { message } = await called(say(askOne));
    const { message: said } = await called([...say(askOne), { role: "assistant", content: message.content ?? "", tool_calls: message.tool_calls,
      reasoning_content: reasoning }, { role: "tool", tool_call_id: message.tool_calls[0].id, content: "sun" }]);
    assert.equal(said.content, "The tools said: sun.");
  });
}

test("interleaved pieces of parallel calls are put together by their index", async () => {
  await place.fake.cue("interleaved");
  const { choices: [{ message }] } = await client.chat.completions.stream({ model, messages: say(askTwo), tools }).finalChatCompletion();
  assert.deepEqual(message.tool_calls.map((c) => JSON.parse(c.function.arguments).city), cities);
});

restored("a tool call without any reasoning can be answered too", /400.*reasoning_content/, async () => {
  await place.fake.cue("empty_reasoning");
  const { choices: [{ message }] } = await ask({ messages: say(askOne), tools });
  const again = await ask({ tools, messages: [...say(askOne), { role: "assistant", content: null, tool_calls: message.tool_calls },
    { role: "tool", tool_call_id: message.tool_calls[0].id, content: "fog" }] });
  assert.equal(again.choices[0].message.content, "The tools said: fog.");
});

restored("a tool's result in parts reaches the model", /400.*(string|reasoning_content)/, async () => {
  const { choices: [{ message }] } = await ask({ messages: say(askOne), tools });
  const parts = [{ type: "text", text: "rain" }, { type: "text", text: "and fog" }];
  const again = await ask({ tools, messages: [...say(askOne), message,
    { role: "tool", tool_call_id: message.tool_calls[0].id, content: parts }] });
  assert.equal(again.choices[0].message.content, "The tools said: rain\n\nand fog.");
});

throughSluice("the end user's id goes on under DeepSeek's name of it", async () => {
  await ask({ messages: say("hi"), user: "u-2" });
  const { body } = await place.fake.last();
  assert.equal(body.user_id, "u-2");
  assert.equal(body.user, undefined);
});

restored("the SDK's tool runner goes round by itself", /400.*reasoning_content/, async () => {
  const asked = [];
  const runner = client.chat.completions.runTools({ model, messages: say(askTwo), tools: [{ type: "function", function: {
    name: "weather", parameters: weather, parse: JSON.parse, function: ({ city }) => { asked.push(city); return `snow in ${city}`; } } }] });
  const said = await runner.finalContent();
  assert.deepEqual(asked, cities);
  assert.match(said, /snow in Oslo; snow in S.o "Paulo"/);
});

for (const choice of ["required", { type: "function", function: { name: "weather" } }])
  restored(`a forced tool (${JSON.stringify(choice)}) is called although the model thinks by default`, /400.*tool_choice/, async () => {
    const { data, response } = await ask({ tools, tool_choice: choice }).withResponse();
    assert.equal(data.choices[0].message.tool_calls[0].function.name, "weather");
    assert.match([...response.headers].filter(([k]) => k.startsWith("x-sluice")).join(), /thinking/, "a header says that thinking was off");
  });

test("a forced tool is called with thinking switched off", async () => {
  const { choices: [{ message }] } = await ask({ tools, tool_choice: "required", thinking: { type: "disabled" } });
  assert.equal(message.tool_calls[0].function.name, "weather");
  assert.ok(!message.reasoning_content);
});

test("thinking can be switched off, and effort is passed", async () => {
  assert.ok(!(await ask({ thinking: { type: "disabled" } })).choices[0].message.reasoning_content);
  await ask({ reasoning_effort: "low" });
  assert.equal((await place.fake.last()).body.reasoning_effort, "low");
});

restored("a JSON schema is kept", /400.*response_format/, async () => {
  const format = zodResponseFormat(z.object({ name: z.string(), size: z.number() }), "thing");
  const { choices: [{ message }] } = await client.chat.completions.parse({ model, messages: hello, response_format: format });
  assert.deepEqual(Object.keys(message.parsed).sort(), ["name", "size"]);
});

test("a JSON object is given where one is asked for", async () => {
  const { choices: [{ message }] } = await ask({ messages: say("Answer in JSON."), response_format: { type: "json_object" } });
  assert.equal(typeof JSON.parse(message.content), "object");
});

restored("stop works where only a protocol without it takes the schema", /400.*response_format/, async () => {
  const response_format = { type: "json_schema", json_schema: { name: "any", schema: { type: "object" } } };
  const more = { messages: say('say "one two three four"'), response_format, stop: ["nothing", " three"] };
  const { choices: [choice] } = await ask(more);
  assert.deepEqual([choice.message.content, choice.finish_reason], ["one two", "stop"]);
  const chunks = await streamed(more);
  assert.equal(joined(chunks, "content"), "one two");
  assert.equal(chunks.findLast((c) => c.choices[0]?.finish_reason).choices[0].finish_reason, "stop");
});

test("stop ends the answer before its words", async () => {
  const messages = say('say "one two three four"');
  assert.equal((await ask({ messages, stop: [" three"] })).choices[0].message.content, "one two");
  assert.equal((await ask({ messages, stop: " two" })).choices[0].message.content, "one");
  assert.equal(joined(await streamed({ messages, stop: [" four", " three"] }), "content"), "one two");
});

test("max_tokens ends the answer with length, never with stop", async () => {
  const { choices: [choice] } = await ask({ max_tokens: 6 });
  assert.equal(choice.finish_reason, "length");
  assert.equal(choice.message.content, "Hello from");
});

throughSluice("max_completion_tokens is the newer word for max_tokens", async () => {
  const { choices: [choice] } = await ask({ max_completion_tokens: 6 });
  assert.equal(choice.finish_reason, "length");
});

test("log-probabilities belong to the answer's tokens", async () => {
  const { choices: [{ logprobs }] } = await ask({ logprobs: true, top_logprobs: 2 });
  assert.equal(logprobs.content.map((t) => t.token).join(""), answer);
  assert.equal(logprobs.content[0].top_logprobs.length, 2);
});

for (const how of ["whole", "streamed"])
  restored(`several answers are given (${how})`, /400 n:/, async () => {
    if (how === "whole") {
      const { choices, usage } = await ask({ n: 2 });
      assert.deepEqual(choices.map((c) => [c.index, c.message.content, c.finish_reason]), [[0, answer, "stop"], [1, answer, "stop"]]);
      assert.equal(usage.prompt_tokens + usage.completion_tokens, usage.total_tokens);
    } else {
      const texts = ["", ""];
      for (const chunk of await streamed({ n: 2 })) for (const c of chunk.choices) texts[c.index] += c.delta.content ?? "";
      assert.deepEqual(texts, [answer, answer]);
    }
  });

restored("the developer's role is understood", /400.*developer/, async () => {
  const { choices: [{ message }] } = await ask({ messages: [{ role: "developer", content: "Be brief." }, ...hello] });
  assert.equal(message.content, answer);
  assert.equal((await place.fake.last()).body.messages[0].role, "system");
});

test("a prefix is continued, at the address that can do so", async () => {
  const beta = new OpenAI({ baseURL: `${place.root}/beta`, apiKey: place.key, maxRetries: 0 });
  const { choices } = await beta.chat.completions.create({ model, messages: [...hello, { role: "assistant", content: "Well,", prefix: true }] });
  assert.equal(choices[0].message.content, answer);
  const sent = await place.fake.last();
  assert.equal(sent.body.messages[1].prefix, true);
  assert.match(sent.path, /^\/beta\//);
});

for (const base of ["", "/v1", "/beta", "/beta/v1"])
  test(`the base address ${base || "/"} works`, async () => {
    if (direct && base === "/beta/v1") return;
    const other = new OpenAI({ baseURL: place.root + base, apiKey: place.key, maxRetries: 0 });
    assert.equal((await other.chat.completions.create({ model, messages: hello })).choices[0].message.content, answer);
  });

test("fields that Sluice does not know are passed on, 64-bit numbers too", async () => {
  const raw = `{"model":"${model}","messages":[{"role":"user","content":"hi"}],"vendor_seed":9007199254740993,"user_id":"u-1"}`;
  const response = await fetch(`${place.openai}/chat/completions`, { method: "POST", body: raw,
    headers: { authorization: `Bearer ${place.key}`, "content-type": "application/json" } });
  assert.equal(response.status, 200);
  const sent = (await place.fake.received()).at(-1).body;
  assert.match(sent, /"vendor_seed":9007199254740993/);
  assert.match(sent, /"user_id":"u-1"/);
});

const image = { role: "user", content: [{ type: "text", text: "What is this?" },
  { type: "image_url", image_url: { url: `data:image/png;base64,${picture}` } }] };

test("an image reaches a deployment that can see", async () => {
  const { choices } = await ask({ model: place.seeing, messages: [image] });
  assert.equal(choices[0].message.content, "I see 1 image.");
});

test("an image for a model that can't see is refused", async () => {
  await assert.rejects(ask({ model: "deepseek-v4-pro", messages: [image] }), OpenAI.BadRequestError);
});

test("errors have the SDK's own classes", async () => {
  await assert.rejects(ask({ model: "none" }), direct ? OpenAI.BadRequestError : OpenAI.NotFoundError);
  await assert.rejects(ask({ messages: [] }), OpenAI.BadRequestError);
  await assert.rejects(ask({ max_tokens: 0 }), OpenAI.BadRequestError);
  const lost = new OpenAI({ baseURL: `${place.openai}/nowhere`, apiKey: place.key, maxRetries: 0 });
  await assert.rejects(lost.chat.completions.create({ model, messages: hello }), OpenAI.NotFoundError);
  if (direct) {
    const stranger = new OpenAI({ baseURL: place.openai, apiKey: "invalid", maxRetries: 0 });
    await assert.rejects(stranger.chat.completions.create({ model, messages: hello }), OpenAI.AuthenticationError);
  }
  for (const cue of ["500", "503", "html", "octet", "empty", "error_in_200"]) {
    if (direct && ["empty", "error_in_200"].includes(cue)) continue;  // the SDK alone takes these for answers
    await place.fake.cue(cue);
    await assert.rejects(ask(), OpenAI.InternalServerError, cue);
  }
});

test("a full rate limit says when to come back", async () => {
  await place.fake.cue("429");
  await assert.rejects(ask(), (error) => {
    assert.ok(error instanceof OpenAI.RateLimitError, String(error));
    assert.equal(error.headers.get("retry-after"), "7");
    return true;
  });
});

test("an empty account and a bad request are not tried again, by nobody", async () => {
  const eager = new OpenAI({ baseURL: place.openai, apiKey: place.key, maxRetries: 2 });
  for (const cue of ["400", "402"]) {
    const count = (await place.fake.received()).length;
    await place.fake.cue(cue);
    await assert.rejects(eager.chat.completions.create({ model, messages: hello }));
    assert.equal((await place.fake.received()).length, count + 1, cue);
  }
});

for (const cue of broken)
  test(`a stream with ${cue} raises, it never ends clean`, { skip: direct && /no_finish|stall/.test(cue) && "the SDK alone can't tell" }, async () => {
    await place.fake.cue(cue);
    await assert.rejects(streamed(), brokenOff, cue);
  });

throughSluice("[DONE] without a finish raises", async () => {
  await place.fake.cue("done_without_finish");
  await assert.rejects(streamed(), brokenOff);
});

throughSluice("a JSON error where a stream was asked for raises", async () => {
  await place.fake.cue("error_in_200");
  await assert.rejects(streamed(), brokenOff);
});

throughSluice("a second finish is not passed on", async () => {
  await place.fake.cue("duplicate_finish");
  assert.deepEqual((await streamed()).map((c) => c.choices[0]?.finish_reason).filter(Boolean), ["stop"]);
});

test("two megabytes in one piece come through", async () => {
  await place.fake.cue("huge");
  assert.ok(joined(await streamed(), "content").length > 2 << 20);
});

test("a client that leaves ends the upstream call within 100 ms", () => departure(place, async () => {
  const stream = await ask({ stream: true });
  for await (const chunk of stream) if (chunk.choices[0]?.delta?.content) break;
  return () => stream.controller.abort();
}));

throughSluice("the client's key and identity never reach the upstream", async () => {
  const known = new OpenAI({ baseURL: place.openai, apiKey: "sk-client-secret", organization: "org-client", maxRetries: 0,
    defaultHeaders: { cookie: "session=client-cookie" } });
  await known.chat.completions.create({ model, messages: hello });
  assert.doesNotMatch(JSON.stringify(await place.fake.last()), /client-secret|org-client|client-cookie|stainless/i);
});
