// The `openai` package, unchanged: responses.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import OpenAI from "openai";
import { zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";
import { answer, askOne, askTwo, broken, brokenOff, cities, departure, direct, model, picture, reasoning, restored, spellings, startPlace,
  throughSluice, weather } from "./running.mjs";
import { breaches, eventBreaches } from "./schemas.mjs";

const tools = [{ type: "function", name: "weather", description: "The weather of a city", parameters: weather, strict: false }];
let place, client;

before(async () => {
  place = await startPlace();
  client = new OpenAI({ baseURL: place.openai, apiKey: place.key, maxRetries: 0 });
});
after(() => place?.stop());

const ask = (more) => client.responses.create({ model, input: "What is Sluice?", ...more });
const streamed = async (more) => {
  const events = [];
  for await (const event of await ask({ stream: true, ...more })) events.push(event);
  return events;
};
const calls = (response) => response.output.filter((item) => item.type === "function_call");
const thought = (response) => response.output.filter((item) => item.type === "reasoning")
  .map((item) => (item.content ?? []).concat(item.summary ?? []).map((part) => part.text).join("")).join("");
const outputs = (response, of) => calls(response).map((c) => ({ type: "function_call_output", call_id: c.call_id, output: of(JSON.parse(c.arguments).city) }));

test("a whole answer has text, reasoning as an item of its own, and usage", async () => {
  const response = await ask();
  assert.equal(response.output_text, answer);
  assert.equal(thought(response), reasoning);
  assert.equal(response.status, "completed");
  assert.equal(response.usage.input_tokens + response.usage.output_tokens, response.usage.total_tokens);
  assert.equal(response.usage.output_tokens_details.reasoning_tokens, 4);
  assert.deepEqual(breaches("Response", response), []);
});

test("tokens read from the cache are part of the input", async () => {
  const { usage } = await ask({ input: "lighthouse ".repeat(200) });
  assert.ok(usage.input_tokens_details.cached_tokens > 0);
  assert.ok(usage.input_tokens_details.cached_tokens <= usage.input_tokens);
});

test("a stream's events are numbered without a gap and follow the published schemas", async () => {
  const events = await streamed({ input: askTwo, tools });
  assert.deepEqual(events.map((e) => e.sequence_number), events.map((_, i) => i));
  for (const event of events) assert.deepEqual(eventBreaches(event), [], JSON.stringify(event));
  assert.equal(events[0].type, "response.created");
  assert.equal(events.at(-1).type, "response.completed");
});

test("every item of a stream is opened, filled and closed, and stands in the last event as it was", async () => {
  for (const input of ["hi", askTwo]) {
    const events = await streamed({ input, tools });
    const done = events.filter((e) => e.type === "response.output_item.done").map((e) => e.item);
    assert.deepEqual(done, events.at(-1).response.output);
    const added = events.filter((e) => e.type === "response.output_item.added").map((e) => e.item.id);
    assert.deepEqual(added, done.map((item) => item.id));
    for (const item of done.filter((i) => i.type === "function_call"))
      assert.equal(events.filter((e) => e.type === "response.function_call_arguments.delta" && e.item_id === item.id).map((e) => e.delta).join(""), item.arguments);
  }
});

test("the streaming helper assembles the same response", async () => {
  const stream = client.responses.stream({ model, input: "hi" });
  let pieces = "";
  stream.on("response.output_text.delta", (event) => { pieces += event.delta; });
  const response = await stream.finalResponse();
  assert.equal(pieces, answer);
  assert.equal(response.output_text, answer);
  assert.equal(thought(response), reasoning);
});

for (const spelling of spellings)
  test(`a stream spelled with ${spelling} is the same`, { skip: direct && /cr\b|bom/.test(spelling) && "the SDK alone can't read it" }, async () => {
    await place.fake.cue(spelling);
    assert.equal((await client.responses.stream({ model, input: "hi" }).finalResponse()).output_text, answer);
  });

for (const how of ["whole", "streamed"]) {
  const called = (more) => how === "whole" ? ask({ tools, ...more }) : client.responses.stream({ model, tools, ...more }).finalResponse();

  test(`parallel tool calls are items of their own (${how})`, async () => {
    const response = await called({ input: askTwo });
    assert.deepEqual(calls(response).map((c) => [c.name, JSON.parse(c.arguments).city]), cities.map((c) => ["weather", c]));
    assert.equal(new Set(calls(response).map((c) => c.call_id)).size, 2);
  });

  test(`results are answered where the client sends all items back (${how})`, async () => {
    const response = await called({ input: askTwo });
    const said = await called({ input: [{ role: "user", content: askTwo }, ...response.output, ...outputs(response, (c) => `rain in ${c}`)] });
    assert.equal(said.output_text, `The tools said: ${cities.map((c) => `rain in ${c}`).join("; ")}.`);
  });

  restored(`results are answered although the client dropped the reasoning (${how})`, /400.*reasoning_content/, async () => {
    const response = await called({ input: askOne });
    const said = await called({ input: [{ role: "user", content: askOne }, ...calls(response), ...outputs(response, () => "sun")] });
    assert.equal(said.output_text, "The tools said: sun.");
  });

  restored(`previous_response_id brings the conversation back (${how})`, /400|never|missing/, async () => {
    const response = await called({ input: askTwo, store: true });
    const said = await called({ previous_response_id: response.id, input: outputs(response, (c) => `wind in ${c}`), store: true });
    if (direct) return assert.ok(said.output_text.includes("wind"), "missing");
    assert.equal(said.output_text, `The tools said: ${cities.map((c) => `wind in ${c}`).join("; ")}.`);
    const third = await called({ previous_response_id: said.id, input: "Thanks." });
    assert.equal(third.output_text, answer);
    const sent = (await place.fake.received()).at(-1).body;
    for (const part of ["wind in Oslo", "Thanks.", "The tools said"]) assert.ok(sent.includes(part), part);
  });
}

throughSluice("a response that was stored can be read and deleted", async () => {
  const response = await ask({ store: true });
  const again = await client.responses.retrieve(response.id);
  assert.equal(again.output_text ?? again.output.at(-1).content[0].text, answer);
  await client.responses.delete(response.id);
  await assert.rejects(client.responses.retrieve(response.id), OpenAI.NotFoundError);
});

throughSluice("an unknown previous response and one that was not to be stored are refused by the field's name", async () => {
  await assert.rejects(ask({ previous_response_id: "resp_none" }), (error) => /previous_response_id/.test(error.message + error.param));
  const response = await ask({ store: false });
  await assert.rejects(ask({ previous_response_id: response.id }), (error) => error.status >= 400 && error.status < 500);
});

for (const choice of ["required", { type: "function", name: "weather" }])
  restored(`a forced tool (${JSON.stringify(choice)}) is called although the model thinks by default`, /400.*tool_choice/, async () => {
    assert.equal(calls(await ask({ tools, tool_choice: choice }))[0].name, "weather");
  });

test("a JSON schema is kept", async () => {
  const format = zodTextFormat(z.object({ name: z.string(), size: z.number() }), "thing");
  const response = await client.responses.parse({ model, input: "A thing", text: { format } });
  assert.deepEqual(Object.keys(response.output_parsed).sort(), ["name", "size"]);
});

test("instructions and a developer's message reach the model", async () => {
  await ask({ instructions: "Speak of lighthouses.", input: [{ role: "developer", content: "And of foxes." }, { role: "user", content: "hi" }] });
  const sent = (await place.fake.received()).at(-1).body;
  assert.match(sent, /lighthouses/);
  assert.match(sent, /foxes/);
});

test("effort none switches thinking off, another effort is passed", async () => {
  assert.equal(thought(await ask({ reasoning: { effort: "none" } })), "");
  assert.equal(thought(await ask({ reasoning: { effort: "low" } })), reasoning);
  assert.match((await place.fake.received()).at(-1).body, /"low"/);
});

test("max_output_tokens ends the answer as incomplete", async () => {
  const response = await ask({ max_output_tokens: 6 });
  assert.equal(response.status, "incomplete");
  assert.equal(response.incomplete_details.reason, "max_output_tokens");
  assert.equal((await streamed({ max_output_tokens: 6 })).at(-1).type, "response.incomplete");
});

const image = [{ role: "user", content: [{ type: "input_text", text: "What is this?" },
  { type: "input_image", detail: "auto", image_url: `data:image/png;base64,${picture}` }] }];

test("an image reaches a deployment that can see, and is refused where none can", async () => {
  assert.equal((await ask({ model: place.seeing, input: image })).output_text, "I see 1 image.");
  await assert.rejects(ask({ model: "deepseek-v4-pro", input: image }), OpenAI.BadRequestError);
});

throughSluice("a tool that runs at the vendor's is refused, never dropped", async () => {
  await assert.rejects(ask({ model: "sluice-guide", tools: [{ type: "file_search", vector_store_ids: ["vs_1"] }] }), OpenAI.BadRequestError);
});

test("errors have the SDK's own classes", async () => {
  await assert.rejects(ask({ model: "none" }), direct ? OpenAI.BadRequestError : OpenAI.NotFoundError);
  await assert.rejects(ask({ max_output_tokens: 0 }), OpenAI.BadRequestError);
  for (const cue of ["500", "503", "html", "octet"]) {
    await place.fake.cue(cue);
    await assert.rejects(ask(), OpenAI.InternalServerError, cue);
  }
  await place.fake.cue("429");
  await assert.rejects(ask(), (error) => error instanceof OpenAI.RateLimitError && error.headers.get("retry-after") === "7");
});

// In this protocol a stream's own error events do not make the SDK raise: an end that is not whole must be seen in them.
const whole = (events) => ["response.completed", "response.incomplete"].includes(events.at(-1)?.type);
for (const cue of [...broken, "failed"])
  test(`a stream with ${cue} never ends as a whole answer`, { skip: direct && cue === "stall" && "the SDK alone can't tell" }, async () => {
    await place.fake.cue(cue);
    let events = [];
    try {
      events = await streamed();
    } catch (error) {
      return void brokenOff(error);
    }
    if (direct && cue === "invalid_json") return;
    assert.ok(!whole(events), JSON.stringify(events.at(-1)));
    if (!direct) assert.ok(["error", "response.failed"].includes(events.at(-1).type), JSON.stringify(events.at(-1)));
  });

test("a client that leaves ends the upstream call within 100 ms", () => departure(place, async () => {
  const stream = await ask({ stream: true });
  for await (const event of stream) if (event.type === "response.output_text.delta") break;
  return () => stream.controller.abort();
}));

throughSluice("the engine on this machine answers responses too", async () => {
  const response = await ask({ model: "sluice-guide" });
  assert.ok(response.output_text.length > 5);
  assert.deepEqual(breaches("Response", response), []);
  const events = await streamed({ model: "sluice-guide" });
  for (const event of events) assert.deepEqual(eventBreaches(event), [], JSON.stringify(event));
  assert.ok(whole(events));
});
