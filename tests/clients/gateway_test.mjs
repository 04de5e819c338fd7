// The `openai` package, unchanged, and what only Sluice has: its headers, its policy, the guide on this machine.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import OpenAI from "openai";
import { direct, hello, startFake, startSluice, throughSluice as test } from "./running.mjs";

const models = ["sluice-guide", "deepseek-flash"];
const listed = [...models, "deepseek-flash-seeing", "deepseek-v4-pro", "deepseek-count", "text-embedding-3-small"];
let fake, sluice, client;

before(async () => {
  if (direct) return;
  fake = await startFake();
  sluice = await startSluice(fake);
  client = new OpenAI({ baseURL: sluice.baseURL, apiKey: "unused", maxRetries: 0 });
});
after(async () => {
  await sluice?.stop();
  fake?.stop();
});

test("the models are listed", async () => {
  const ids = [];
  for await (const model of client.models.list()) ids.push(model.id);
  assert.deepEqual(ids.sort(), [...listed].sort());
  assert.equal((await client.models.retrieve(models[0])).id, models[0]);
});

for (const model of models) {
  test(`${model} streams`, async () => {
    const stream = await client.chat.completions.create(
      { model, messages: hello, stream: true, stream_options: { include_usage: true } });
    let text = "", finish, usage;
    for await (const chunk of stream) {
      assert.equal(chunk.object, "chat.completion.chunk");
      text += chunk.choices[0]?.delta?.content ?? "";
      finish = chunk.choices[0]?.finish_reason ?? finish;
      usage = chunk.usage ?? usage;
    }
    assert.ok(text.length > 5, text);
    assert.equal(finish, "stop");
    assert.equal(usage.prompt_tokens + usage.completion_tokens, usage.total_tokens);
    assert.ok(usage.completion_tokens > 0);
  });

  test(`${model} streams through the SDK's helper, which assembles the message`, async () => {
    const runner = client.chat.completions.stream({ model, messages: hello });
    let pieces = "";
    runner.on("content", (delta) => { pieces += delta; });
    const completion = await runner.finalChatCompletion();
    assert.equal(completion.choices[0].message.content, pieces);
    assert.equal(completion.choices[0].finish_reason, "stop");
  });

  test(`${model} answers whole, with headers that say what served`, async () => {
    const { data, response } = await client.chat.completions.create({ model, messages: hello }).withResponse();
    assert.ok(data.choices[0].message.content.length > 5);
    assert.equal(data.choices[0].message.role, "assistant");
    assert.equal(data.usage.prompt_tokens + data.usage.completion_tokens, data.usage.total_tokens);
    assert.equal(response.headers.get("x-sluice-label"), "public");
    assert.match(response.headers.get("x-sluice-decision"), /^dec_/);
    assert.match(response.headers.get("x-request-id"), /^req_/);
    assert.equal(response.headers.get("x-sluice-deployment"), model === "sluice-guide" ? "guide" : "hosted");
  });
}

test("reasoning arrives apart from the answer", async () => {
  const stream = await client.chat.completions.create({ model: "deepseek-flash", messages: hello, stream: true });
  let reasoning = "";
  for await (const chunk of stream) reasoning += chunk.choices[0]?.delta?.reasoning_content ?? "";
  assert.equal(reasoning, "Let me think.");
});

test("what the policy denies is a PermissionDeniedError and never reaches the upstream", async () => {
  const secret = [{ role: "user", content: "Charge my card 4539 1488 0343 6467 please." }];
  for (const stream of [false, true])
    await assert.rejects(client.chat.completions.create({ model: "deepseek-flash", messages: secret, stream }),
      (error) => error instanceof OpenAI.PermissionDeniedError && error.code === "policy.denied");
  assert.ok(!JSON.stringify(await fake.received()).includes("0343"));
});

test("errors have the SDK's own classes", async () => {
  await assert.rejects(client.chat.completions.create({ model: "none", messages: hello }), OpenAI.NotFoundError);
  await assert.rejects(client.chat.completions.create({ model: models[0], messages: "hello" }), OpenAI.BadRequestError);
  await fake.cue("500");
  await assert.rejects(client.chat.completions.create({ model: "deepseek-flash", messages: hello }), OpenAI.InternalServerError);
});

test("a stream that breaks off is an error, never a clean end", async () => {
  for (const cue of ["cut", "no_finish", "error_event", "stall"]) {
    await fake.cue(cue);
    const stream = await client.chat.completions.create({ model: "deepseek-flash", messages: hello, stream: true });
    await assert.rejects(async () => { for await (const _ of stream); }, cue);
  }
});

test("a client that aborts gets out at once", async () => {
  await fake.cue("slow");
  const stream = await client.chat.completions.create({ model: "deepseek-flash", messages: hello, stream: true });
  for await (const _ of stream) { stream.controller.abort(); break; }
  const again = await client.chat.completions.create({ model: "deepseek-flash", messages: hello });
  assert.equal(again.choices[0].message.content, "Hello from the fake upstream.");
});

test("stop, max_tokens and seed are honoured by the engine", async () => {
  const ask = (more) => client.chat.completions.create({ model: "sluice-guide", messages: hello, ...more });
  const whole = (await ask({ temperature: 0 })).choices[0].message.content;
  const short = await ask({ temperature: 0, max_tokens: 3 });
  assert.equal(short.choices[0].finish_reason, "length");
  assert.equal(short.usage.completion_tokens, 3);
  assert.ok(whole.startsWith(short.choices[0].message.content));
  const word = whole.split(" ")[2];
  const stopped = await ask({ temperature: 0, stop: [word] });
  assert.equal(stopped.choices[0].message.content, whole.slice(0, whole.indexOf(word)));
  const a = await ask({ temperature: 1.5, seed: 7 }), b = await ask({ temperature: 1.5, seed: 7 });
  assert.equal(a.choices[0].message.content, b.choices[0].message.content);
});
