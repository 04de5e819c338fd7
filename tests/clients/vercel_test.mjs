// Vercel's AI SDK, unchanged, with each of its providers that an upstream like ours is used with.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createDeepSeek } from "@ai-sdk/deepseek";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateObject, generateText, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";
import { answer, askTwo, brokenOff, cities, departure, direct, model, reasoning, restored, startPlace } from "./running.mjs";

let place;
const providers = {
  deepseek: () => createDeepSeek({ baseURL: place.openai, apiKey: place.key })(model),
  "openai-compatible": () => createOpenAICompatible({ name: "sluice", baseURL: place.openai, apiKey: place.key, includeUsage: true })(model),
  anthropic: () => createAnthropic({ baseURL: `${place.anthropic}/v1`, apiKey: place.key })(model),
  "openai, responses": () => createOpenAI({ baseURL: place.openai, apiKey: place.key }).responses(model),
  "openai, chat": () => createOpenAI({ baseURL: place.openai, apiKey: place.key }).chat(model),
};
// OpenAI's own models tell no reasoning but summaries, so these show none of it and send none back.
const silent = new Set(["openai, chat", "openai, responses"]);

before(async () => { place = await startPlace(); });
after(() => place?.stop());

const weatherTool = (asked) => tool({ description: "The weather of a city", inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => { asked.push(city); return `snow in ${city}`; } });

for (const [name, provider] of Object.entries(providers)) {
  const options = (more) => ({ model: provider(), prompt: "What is Sluice?", maxRetries: 0, ...more });

  test(`${name}: generateText`, async () => {
    const result = await generateText(options());
    assert.equal(result.text, answer);
    assert.equal(result.finishReason, "stop");
    if (!silent.has(name)) assert.equal(result.reasoningText, reasoning);
    assert.ok(result.usage.inputTokens > 0);
    assert.equal(result.usage.outputTokens, 10);
  });

  test(`${name}: tokens read from the cache are seen`, async () => {
    const { usage } = await generateText(options({ prompt: "lighthouse ".repeat(200) }));
    const cached = usage.inputTokenDetails?.cacheReadTokens ?? usage.cachedInputTokens;
    assert.ok(cached > 0 && cached < usage.inputTokens, JSON.stringify(usage));
  });

  test(`${name}: streamText`, async () => {
    const result = streamText(options({ onError() {} }));
    let text = "", thought = "", pieces = 0;
    for await (const part of result.fullStream) {
      if (part.type === "text-delta") { text += part.text; pieces++; }
      if (part.type === "reasoning-delta") thought += part.text;
      assert.notEqual(part.type, "error", JSON.stringify(part));
    }
    assert.equal(text, answer);
    assert.ok(pieces > 3);
    if (!silent.has(name)) assert.equal(thought, reasoning);
    assert.equal(await result.finishReason, "stop");
    assert.equal((await result.usage).outputTokens, 10);
  });

  const loops = { generateText: async (o) => await generateText(o), streamText: async (o) => {
    let failure;
    const result = streamText({ ...o, onError({ error }) { failure ??= error; } });
    await result.consumeStream();
    if (failure) throw failure;
    return { text: await result.text, steps: await result.steps };
  } };
  for (const [how, loop] of Object.entries(loops)) {
    const body = async () => {
      const asked = [];
      const result = await loop(options({ prompt: askTwo, tools: { weather: weatherTool(asked) }, stopWhen: stepCountIs(3) }));
      assert.deepEqual(asked, cities);
      assert.equal(result.text, `The tools said: ${cities.map((c) => `snow in ${c}`).join("; ")}.`);
      assert.equal(result.steps.length, 2);
    };
    // Which providers send the reasoning back with a tool's result is theirs; Sluice serves those that don't, too.
    if (silent.has(name)) restored(`${name}: a loop of tools with ${how}`, /400.*reasoning_content/, body);
    else test(`${name}: a loop of tools with ${how}`, body);
  }

  const object = async () => {
    const { object: made } = await generateObject(options({ schema: z.object({ name: z.string(), size: z.number() }), prompt: "A thing, as JSON" }));
    assert.deepEqual(Object.keys(made).sort(), ["name", "size"]);
  };
  if (["openai, chat"].includes(name)) restored(`${name}: generateObject`, /400.*response_format/, object);
  else if (["deepseek", "openai-compatible"].includes(name)) {
    // These ask for any JSON object and put the schema into the prompt, or leave it out: the object need only be JSON.
    test(`${name}: generateObject without a schema`, async () => {
      const { object: made } = await generateObject(options({ output: "no-schema", prompt: "A thing, as JSON" }));
      assert.equal(typeof made, "object");
    });
  } else if (name === "anthropic" && direct) restored(`${name}: generateObject`, /400.*tool_choice|./, object);
  else test(`${name}: generateObject`, object);

  test(`${name}: an error has its status and is known to be worth a retry or not`, async () => {
    for (const [cue, retry] of [["400", false], ["429", true], ["503", true]]) {
      await place.fake.cue(cue);
      await assert.rejects(generateText(options()), (error) => {
        assert.equal(error.isRetryable, retry, `${cue}: ${error.statusCode} ${error.message}`);
        return true;
      });
    }
  });

  for (const cue of ["cut", "error_event", "no_finish"])
    test(`${name}: a stream with ${cue} is an error, never a clean end`, { skip: direct && cue === "no_finish" && "the SDK alone can't tell" }, async () => {
      await place.fake.cue(cue);
      const result = streamText(options({ onError() {} }));
      let failed = false, finish;
      try {
        for await (const part of result.fullStream) {
          if (part.type === "error") failed = brokenOff(part.error);
          if (part.type === "finish") finish = part.finishReason;
        }
      } catch (error) {
        failed = brokenOff(error);
      }
      assert.ok(failed || finish === "error", `it ended with ${finish}`);
    });
}

test("a client that leaves ends the upstream call within 100 ms", () => departure(place, async () => {
  const controller = new AbortController();
  const result = streamText({ model: providers["openai-compatible"](), prompt: "hi", abortSignal: controller.signal, onError() {} });
  const reader = result.textStream[Symbol.asyncIterator]();
  await reader.next();
  return () => controller.abort();
}));
