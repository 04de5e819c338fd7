// The `openai` package, unchanged: completions with and without a suffix, embeddings, models; DeepSeek's own balance page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import OpenAI from "openai";
import { answer, broken, brokenOff, departure, direct, model, spellings, startPlace, throughSluice } from "./running.mjs";
import { breaches } from "./schemas.mjs";

let place, client, completing;

before(async () => {
  place = await startPlace();
  client = new OpenAI({ baseURL: place.openai, apiKey: place.key, maxRetries: 0 });
  completing = new OpenAI({ baseURL: place.completions, apiKey: place.key, maxRetries: 0 });
});
after(() => place?.stop());

const complete = (more) => completing.completions.create({ model, prompt: "def add(a, b):", max_tokens: 50, ...more });
const streamed = async (more) => {
  const chunks = [];
  for await (const chunk of await complete({ stream: true, ...more })) chunks.push(chunk);
  return chunks;
};
const joined = (chunks) => chunks.map((c) => c.choices[0]?.text ?? "").join("");

test("a prompt is continued", async () => {
  const completion = await complete();
  assert.equal(completion.choices[0].text, answer);
  assert.equal(completion.choices[0].finish_reason, "stop");
  assert.equal(completion.usage.prompt_tokens + completion.usage.completion_tokens, completion.usage.total_tokens);
  assert.deepEqual(breaches("CreateCompletionResponse", completion), []);
});

test("the gap before a suffix is filled, and the suffix reaches the model", async () => {
  assert.equal((await complete({ suffix: "return c" })).choices[0].text, "between");
  const sent = await place.fake.last();
  assert.equal(sent.body.suffix, "return c");
  assert.match(sent.path, /^\/beta\//);
});

for (const suffix of [undefined, "return c"])
  test(`a completion streams piece by piece (suffix: ${suffix})`, async () => {
    const chunks = await streamed({ suffix });
    assert.equal(joined(chunks), suffix ? "between" : answer);
    assert.deepEqual(chunks.map((c) => c.choices[0]?.finish_reason).filter(Boolean), ["stop"]);
    for (const chunk of chunks) assert.deepEqual(breaches("CreateCompletionResponse", loose(chunk)), []);
  });

// A stream's pieces have no finish until the last, which the published schema of the whole answer does not foresee.
function loose(chunk) {
  return { ...chunk, choices: chunk.choices.map((c) => ({ ...c, finish_reason: c.finish_reason ?? "stop" })) };
}

for (const spelling of spellings)
  test(`a completion spelled with ${spelling} is the same`, { skip: direct && /cr\b|bom/.test(spelling) && "the SDK alone can't read it" }, async () => {
    await place.fake.cue(spelling);
    assert.equal(joined(await streamed()), answer);
  });

test("stop, max_tokens and echo are honoured", async () => {
  assert.equal((await complete({ prompt: 'say "one two three"', stop: " three" })).choices[0].text, "one two");
  const short = await complete({ max_tokens: 2 });
  assert.deepEqual([short.choices[0].text, short.choices[0].finish_reason], ["Hello from", "length"]);
  assert.equal((await complete({ echo: true })).choices[0].text, `def add(a, b):${answer}`);
});

for (const cue of broken.filter((c) => !["stall"].includes(c)))
  test(`a completion's stream with ${cue} raises`, { skip: direct && /no_finish/.test(cue) && "the SDK alone can't tell" }, async () => {
    await place.fake.cue(cue);
    await assert.rejects(streamed(), brokenOff, cue);
  });

test("a client that leaves ends the upstream call within 100 ms", () => departure(place, async () => {
  const stream = await complete({ stream: true });
  for await (const chunk of stream) if (chunk.choices[0]?.text) break;
  return () => stream.controller.abort();
}));

// DeepSeek has no embeddings. Its fake has a page for deployments that do.
{
  for (const encoding_format of ["float", undefined])  // the SDK asks for base64 by itself and decodes it
    test(`embeddings keep their order (${encoding_format})`, async () => {
      const list = await client.embeddings.create({ model: "text-embedding-3-small", input: ["one", "three"], encoding_format });
      assert.deepEqual(list.data.map((e) => e.index), [0, 1]);
      assert.equal(list.data[0].embedding.length, 8);
      if (encoding_format === "float") assert.deepEqual(breaches("CreateEmbeddingResponse", list), []);
    });
}

throughSluice("embeddings of a model that has none are refused by name, in JSON", async () => {
  await assert.rejects(client.embeddings.create({ model, input: "one" }), (error) =>
    error instanceof OpenAI.BadRequestError && /embed/i.test(error.message));
});

throughSluice("the engine's embeddings are the same as numbers and as base64, in order and of length 1", async () => {
  const input = ["one", "a longer text", "one"];
  const asked = (more) => client.embeddings.create({ model: "sluice-guide", input, ...more });
  const numbers = await asked({ encoding_format: "float" });
  assert.deepEqual(breaches("CreateEmbeddingResponse", numbers), []);
  const packed = await asked();  // base64, decoded by the SDK
  assert.deepEqual(packed.data.map((e) => [...e.embedding]), numbers.data.map((e) => e.embedding.map(Math.fround)));
  assert.deepEqual(numbers.data.map((e) => e.index), [0, 1, 2]);
  assert.deepEqual(numbers.data[0].embedding, numbers.data[2].embedding);
  assert.notDeepEqual(numbers.data[0].embedding, numbers.data[1].embedding);
  for (const { embedding } of numbers.data) assert.ok(Math.abs(Math.hypot(...embedding) - 1) < 1e-5);
  assert.equal(numbers.usage.prompt_tokens, numbers.usage.total_tokens);
  const short = await asked({ encoding_format: "float", dimensions: 8 });
  const scale = Math.hypot(...numbers.data[1].embedding.slice(0, 8));
  short.data[1].embedding.forEach((v, i) => assert.ok(Math.abs(v - numbers.data[1].embedding[i] / scale) < 1e-6));
  await assert.rejects(asked({ dimensions: 1000000 }), (error) =>
    error instanceof OpenAI.BadRequestError && /dimensions/.test(error.message));
});

test("models are listed as OpenAI's clients expect", async () => {
  const list = await client.models.list();
  assert.ok(list.data.some((m) => m.id === model));
  if (!direct) assert.deepEqual(breaches("ListModelsResponse", { object: "list", data: list.data }), []);
});

test("the account's balance can be read at DeepSeek's own page", async () => {
  const response = await fetch(`${place.root}/user/balance`, { headers: { authorization: `Bearer ${place.key}` } });
  assert.equal(response.status, 200);
  const balance = await response.json();
  assert.equal(balance.is_available, true);
  assert.equal(typeof balance.balance_infos[0].total_balance, "string");
});

throughSluice("the engine on this machine continues a prompt too", async () => {
  const completion = await complete({ model: "sluice-guide", prompt: "Sluice is", max_tokens: 8 });
  assert.ok(completion.choices[0].text.length > 0);
});
