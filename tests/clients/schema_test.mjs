// Every front's answers and stream events, for every deployment, as they go over the wire: against OpenAI's published
// schemas, and against the types of the SDKs, where a field that
// the type does not know is an error too.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { askTwo, direct, model, startPlace, weather } from "./running.mjs";
import { breaches, eventBreaches } from "./schemas.mjs";

let place;
before(async () => { place = await startPlace(); });
after(() => place?.stop());

const models = direct ? [model] : [model, "sluice-guide"];
const chatTools = [{ type: "function", function: { name: "weather", parameters: weather } }];
const responseTools = [{ type: "function", name: "weather", parameters: weather, strict: false }];
const messageTools = [{ name: "weather", input_schema: weather }];

async function post(url, body) {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body), signal: AbortSignal.timeout(60000),
    headers: { "content-type": "application/json", authorization: `Bearer ${place.key}`, "anthropic-version": "2023-06-01" } });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return text;
}

// The events of a stream, read by nothing but the rules of SSE.
async function stream(url, body) {
  const text = await post(url, { ...body, stream: true });
  const blocks = text.split(/\r?\n\r?\n/).map((block) => block.split("\n").filter((line) => line && !line.startsWith(":")));
  return blocks.filter((lines) => lines.length).map((lines) => ({
    name: lines.find((l) => l.startsWith("event: "))?.slice(7),
    data: lines.filter((l) => l.startsWith("data: ")).map((l) => l.slice(6)).join("\n"),
  }));
}

const user = (content) => [{ role: "user", content }];
const asks = (tools) => tools ? [["plain", "What is Sluice?", {}], ["tools", askTwo, { tools }]] : [["plain", "What is Sluice?", {}]];

for (const name of models) {
  // The built-in guide takes no tools.
  const cases = (tools) => asks(name === "sluice-guide" ? null : tools);

  for (const [what, text, more] of cases(chatTools))
    test(`${name}: chat (${what}) is as published`, async () => {
      const body = { model: name, messages: user(text), stream_options: undefined, ...more };
      assert.deepEqual(breaches("CreateChatCompletionResponse", filled(JSON.parse(await post(`${place.openai}/chat/completions`, body)))), []);
      const events = await stream(`${place.openai}/chat/completions`, { ...body, stream_options: { include_usage: true } });
      assert.equal(events.at(-1).data, "[DONE]");
      for (const event of events.slice(0, -1)) {
        assert.equal(event.name, undefined);
        assert.deepEqual(breaches("CreateChatCompletionStreamResponse", unroled(JSON.parse(event.data))), [], event.data);
      }
    });

  for (const [what, text, more] of cases(responseTools))
    test(`${name}: responses (${what}) are as published`, async () => {
      const body = { model: name, input: text, ...more };
      assert.deepEqual(breaches("Response", JSON.parse(await post(`${place.openai}/responses`, body))), []);
      const events = await stream(`${place.openai}/responses`, body);
      for (const { name: event, data } of events) {
        const value = JSON.parse(data);
        assert.equal(event, value.type);
        assert.deepEqual(eventBreaches(value), [], data);
      }
    });
}

for (const cue of direct ? [] : ["cut", "no_finish", "error_event"])
  test(`responses whose upstream fails (${cue}) are as published`, async () => {
    await place.fake.cue(cue);
    const events = await stream(`${place.openai}/responses`, { model, input: "What is Sluice?" });
    assert.ok(events.some(({ name }) => name === "response.failed"));
    for (const { data } of events) assert.deepEqual(eventBreaches(JSON.parse(data)), [], data);
  });

test("log-probabilities are as published", { skip: direct && "the guide is Sluice's" }, async () => {
  const body = { model: "sluice-guide", messages: user("What is Sluice?"), logprobs: true, top_logprobs: 2 };
  assert.deepEqual(breaches("CreateChatCompletionResponse", JSON.parse(await post(`${place.openai}/chat/completions`, body))), []);
  for (const { data } of (await stream(`${place.openai}/chat/completions`, body)).slice(0, -1))
    assert.deepEqual(breaches("CreateChatCompletionStreamResponse", JSON.parse(data)), [], data);
});

// What DeepSeek leaves out of a whole answer, and clients have got used to.
function filled(completion) {
  const choices = completion.choices.map((c) => ({ ...c, message: { refusal: null, ...c.message } }));
  return { ...completion, choices };
}

// DeepSeek's later deltas have role null.
function unroled(chunk) {
  const plain = ({ role, ...rest }) => role === null ? rest : { role, ...rest };
  return { ...chunk, choices: chunk.choices.map((c) => ({ ...c, delta: JSON.parse(JSON.stringify(plain(c.delta))) })) };
}

test("responses and messages have the SDKs' own types, whole and streamed", async () => {
  const folder = fileURLToPath(new URL("node_modules/.recorded/", import.meta.url));
  const lines = ['import type { Response, ResponseStreamEvent } from "openai/resources/responses/responses";',
    'import type { Message, RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages";'];
  const constant = (type, value) => lines.push(`export const v${lines.length}: ${type} = ${value};`);
  for (const name of models) {
    for (const [, text, more] of asks(name === "sluice-guide" ? null : responseTools)) {
      const body = { model: name, input: text, ...more };
      constant("Given<Whole>", await post(`${place.openai}/responses`, body));
      for (const { data } of await stream(`${place.openai}/responses`, body)) constant("Given<Streamed<ResponseStreamEvent>>", data);
    }
    for (const [, text, more] of asks(name === "sluice-guide" ? null : messageTools)) {
      const body = { model: name, max_tokens: 200, messages: user(text), ...more };
      constant("Given<Message>", await post(`${place.anthropic}/v1/messages`, body));
      for (const { name: event, data } of await stream(`${place.anthropic}/v1/messages`, body))
        if (event !== "ping") constant("Given<RawMessageStreamEvent>", data);
    }
  }
  lines.push(
    "// The SDK adds output_text itself; its types lag behind the published schemas, which the tests above hold, by these fields.",
    'type Whole = Omit<Response, "output_text"> & { store?: boolean | null };',
    'type Streamed<T> = T extends { response: Response } ? Omit<T, "response"> & { response: Whole } :',
    '  T extends { type: "response.function_call_arguments.done" } ? T & { name: string } : T;',
    "// What may be null may be missing, and who runs a tool: nobody but the vendors themselves has every such field.",
    'type Missable<T, K extends keyof T> = null extends T[K] ? true : K extends "caller" ? true : false;',
    "type Given<T> = T extends (infer U)[] ? Given<U>[] : T extends object ? { [K in keyof T as Missable<T, K> extends true ? K : never]?: Given<T[K]> } &",
    "  { [K in keyof T as Missable<T, K> extends true ? never : K]: Given<T[K]> } : T;");
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}recorded.ts`, lines.join("\n") + "\n");
  const tsc = fileURLToPath(new URL("node_modules/typescript/bin/tsc", import.meta.url));
  const checked = spawnSync(process.execPath, [tsc, "--strict", "--noEmit", "--skipLibCheck", "--module", "nodenext", "--target", "es2023",
    `${folder}recorded.ts`], { encoding: "utf8" });
  assert.equal(checked.status, 0, checked.stdout.slice(0, 3000));
});
