// LangChain, unchanged: its chat models for OpenAI and Anthropic.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ChatAnthropic } from "@langchain/anthropic";
import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { z } from "zod";
import { answer, askTwo, brokenOff, cities, direct, model, restored, startPlace } from "./running.mjs";

process.env.LANGSMITH_TRACING = process.env.LANGCHAIN_TRACING_V2 = "false";
let place;
const openai = (more) => new ChatOpenAI({ model, apiKey: place.key, maxRetries: 0, configuration: { baseURL: place.openai }, ...more });
const models = {
  "ChatOpenAI, chat": () => openai({ streamUsage: true }),
  "ChatOpenAI, responses": () => openai({ useResponsesApi: true }),
  ChatAnthropic: () => new ChatAnthropic({ model, apiKey: place.key, maxRetries: 0, maxTokens: 1000, anthropicApiUrl: place.anthropic }),
};
const weatherTool = tool(({ city }) => `snow in ${city}`, { name: "weather", description: "The weather of a city", schema: z.object({ city: z.string() }) });

before(async () => { place = await startPlace(); });
after(() => place?.stop());

for (const [name, make] of Object.entries(models)) {
  test(`${name}: invoke`, async () => {
    const message = await make().invoke("What is Sluice?");
    assert.equal(message.text, answer);
    assert.equal(message.usage_metadata.output_tokens, 10);
    assert.equal(message.usage_metadata.input_tokens + message.usage_metadata.output_tokens, message.usage_metadata.total_tokens);
  });

  test(`${name}: stream`, async () => {
    let whole, pieces = 0;
    for await (const chunk of await make().stream("What is Sluice?")) {
      whole = whole ? whole.concat(chunk) : chunk;
      pieces++;
    }
    assert.equal(whole.text, answer);
    assert.ok(pieces > 5);
    assert.equal(whole.usage_metadata.output_tokens, 10);
  });

  const round = (how) => async () => {
    const bound = make().bindTools([weatherTool]);
    const call = async (messages) => {
      if (how === "invoke") return bound.invoke(messages);
      let whole;
      for await (const chunk of await bound.stream(messages)) whole = whole ? whole.concat(chunk) : chunk;
      return whole;
    };
    const question = new HumanMessage(askTwo);
    const message = await call([question]);
    assert.deepEqual(message.tool_calls.map((c) => c.args.city), cities);
    const results = [];
    for (const c of message.tool_calls) results.push(new ToolMessage({ tool_call_id: c.id, content: await weatherTool.invoke(c.args) }));
    const said = await call([question, message, ...results]);
    assert.equal(said.text, `The tools said: ${cities.map((c) => `snow in ${c}`).join("; ")}.`);
  };
  for (const how of ["invoke", "stream"])
    if (name === "ChatOpenAI, chat") restored(`${name}: tools go round with ${how}, reasoning dropped`, /400.*reasoning_content/, round(how));
    else test(`${name}: tools go round with ${how}`, round(how));

  const schema = z.object({ name: z.string(), size: z.number() });
  const structured = (method) => async () => {
    const made = await make().withStructuredOutput(schema, { name: "thing", method }).invoke("A thing");
    assert.deepEqual(Object.keys(made).sort(), ["name", "size"]);
  };
  if (name === "ChatOpenAI, responses") test(`${name}: withStructuredOutput by schema`, structured("jsonSchema"));
  else if (name === "ChatOpenAI, chat") restored(`${name}: withStructuredOutput by schema`, /400.*response_format/, structured("jsonSchema"));
  restored(`${name}: withStructuredOutput by a forced tool`, /400.*tool_choice/, structured("functionCalling"));

  test(`${name}: a stream that is cut raises`, async () => {
    await place.fake.cue("cut");
    await assert.rejects(async () => { for await (const _ of await make().stream("hi")); }, brokenOff);
  });

  test(`${name}: errors raise`, async () => {
    for (const cue of ["400", "402", "429", "500", "html"]) {
      await place.fake.cue(cue);
      await assert.rejects(make().invoke("hi"), cue);
    }
  });
}

test("OpenAIEmbeddings", { skip: !direct && "no deployment here has embeddings" }, async () => {
  const vectors = await new OpenAIEmbeddings({ model: "text-embedding-3-small", apiKey: place.key, maxRetries: 0, configuration: { baseURL: place.openai } })
    .embedDocuments(["one", "three"]);
  assert.equal(vectors.length, 2);
  assert.equal(vectors[0].length, 8);
});
