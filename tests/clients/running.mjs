// Starts the built program and the fake upstream for the client tests, and says against which of the two they run.
//
// CLIENTS_AGAINST=fake puts the SDKs in front of the fake itself: it shows that the fake is true to its API and that
// the tests are right. Otherwise they go through Sluice, and the same tests show that nothing got lost on the way.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const program = path.resolve(process.env.SLUICE ?? path.join(here, "../../build/release/bin/sluice"));

export const direct = process.env.CLIENTS_AGAINST === "fake";
export const model = "deepseek-flash";
export const hello = [{ role: "user", content: "What is Sluice?" }];
export const answer = "Hello from the fake upstream.";  // tests/fakes/deepseek_script.py
export const reasoning = "Let me think.";

// A one-pixel picture.
export const picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

// A tool in every protocol, and the texts that make the fake call it.
export const weather = {
  type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false,
};
export const askOne = 'Please use tool weather with {"city": "Oslo"}';
export const askTwo = `${askOne} and use tool weather with {"city": "S\u00e3o \\"Paulo\\""}`;
export const cities = ["Oslo", 'S\u00e3o "Paulo"'];

function started(child, pattern) {
  return new Promise((resolve, reject) => {
    let output = "";
    child.stdout.on("data", (bytes) => {
      output += bytes;
      const match = output.match(pattern);
      if (match) resolve(Number(match[1]));
    });
    child.on("exit", (status) => reject(new Error(`${child.spawnfile} ended with status ${status}:\n${output}`)));
  });
}

export async function startFake() {
  const child = spawn("/usr/bin/python3", ["-B", path.join(here, "../fakes/deepseek.py")], { stdio: ["ignore", "pipe", "inherit"] });
  const port = await started(child, /^(\d+)\n/);
  const address = `http://127.0.0.1:${port}`;
  const received = async () => (await fetch(`${address}/_received`)).json();
  return {
    address,
    received,
    cue: (cue) => fetch(`${address}/_cue`, { method: "POST", body: JSON.stringify({ cue }) }),
    last: async () => {
      const all = await received();
      return { ...all.at(-1), body: JSON.parse(all.at(-1).body) };
    },
    stop: () => child.kill(),
  };
}

// A Sluice with the guide on this machine, the fake as its hosted deployment, and once more as one that is trusted
// with what nobody can judge (images).
export async function startSluice(fake) {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-clients-"));
  const config = path.join(folder, "sluice.yaml");
  writeFileSync(path.join(folder, "policy.yaml"), `
policy: v1
revision: clients-1
default_class: public
rules:
  - {id: here, allow: ">=public", zones: [device]}
  - {id: trusted, allow: ">=public", deployments: [seeing, reading]}
  - {id: out, allow: [public, internal], zones: [hosted]}
`);
  const hosted = (name, upstream, zone) => `{name: ${name}, kind: deepseek, address: "${fake.address}", ` +
    `model: ${upstream}, key_env: FAKE_KEY, zone: ${zone}, jurisdiction: CN, stall_timeout: 2s}`;
  writeFileSync(config, `
data_dir: ${folder}/data
policy: policy.yaml
deployments:
  - {name: guide, kind: engine, model: "builtin:guide", zone: device, jurisdiction: local, threads: 1}
  - ${hosted("hosted", "deepseek-flash", "hosted")}
  - {name: counting, kind: anthropic, address: "${fake.address}", model: deepseek-flash, key_env: FAKE_KEY, zone: hosted, jurisdiction: CN}
  - {name: embedding, kind: openai, dialect: vllm, address: "${fake.address}/v1", model: text-embedding-3-small, key_env: FAKE_KEY, zone: hosted, jurisdiction: CN}
  - ${hosted("seeing", "deepseek-flash", "private")}
  - ${hosted("reading", "deepseek-v4-pro", "private")}
routes:
  sluice-guide: [guide]
  deepseek-flash: [hosted, counting]  # the second counts tokens, which the first does not
  text-embedding-3-small: [embedding]
  deepseek-flash-seeing: [seeing]
  deepseek-v4-pro: [reading]
  "claude-*": [hosted]
`);
  const environment = { ...process.env, FAKE_KEY: "sk-fake-upstream-key-0123456789" };
  const child = spawn(program, ["serve", "--config", config, "--listen", "127.0.0.1:0"],
    { stdio: ["ignore", "pipe", "ignore"], env: environment });
  const port = await started(child, /Sluice serves on \S+:(\d+)\//);
  const root = `http://127.0.0.1:${port}`;
  return {
    root,
    baseURL: `${root}/v1`,
    stop: () => new Promise((resolve) => {
      child.on("exit", () => { rmSync(folder, { recursive: true, force: true }); resolve(); });
      child.kill("SIGTERM");
    }),
  };
}

// Where the SDKs of a suite point to.
export async function startPlace() {
  const fake = await startFake();
  const sluice = direct ? null : await startSluice(fake);
  const root = direct ? fake.address : sluice.root;
  return {
    fake,
    root,
    key: direct ? "sk-client" : "unused",
    openai: `${root}/v1`,
    completions: direct ? `${root}/beta` : `${root}/v1`,
    anthropic: `${root}/anthropic`,
    seeing: direct ? model : "deepseek-flash-seeing",
    stop: async () => {
      await sluice?.stop();
      fake.stop();
    },
  };
}

// Something that DeepSeek refuses although the protocol has it, and that Sluice makes work: straight to the API the
// refusal must be seen, or the fake is not true to it.
export function restored(name, refusal, body) {
  if (direct) test(`the API itself refuses: ${name}`, () => assert.rejects(body, (error) => matches(error, refusal)));
  else test(name, body);
}

function matches(error, pattern) {
  const text = `${error.status ?? error.statusCode ?? ""} ${error.message} ${error.responseBody ?? ""}`;
  assert.match(text, pattern);
  return true;
}

export function throughSluice(name, body) {
  test(name, { skip: direct && "only with Sluice" }, body);
}

// Runs `start` (which begins a stream and returns after its first event with a function that aborts) against a slow
// answer and holds the time until the upstream call is seen to end.
export async function departure(place, start) {
  await place.fake.cue("slow");
  const before = (await place.fake.received()).length;
  const abort = await start();
  const left = Date.now();
  abort();
  for (let waited = 0; waited < 3000; waited += 20) {
    const call = (await place.fake.received())[before];
    if (call?.aborted) {
      const took = call.aborted_at * 1000 - left;
      assert.ok(took < 100, `the upstream call went on for ${took.toFixed()} ms`);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail("the upstream call was never cancelled");
}

// Every way in which a stream may break off after its first content.
export const broken = ["cut", "cut_before", "no_finish", "error_event", "error_event_first", "stall", "invalid_json"];
// The error of such a stream: whatever it is, it is not a refusal of the request, which would hide the stream's fate.
export function brokenOff(error) {
  assert.notEqual(error.status ?? error.statusCode, 400, String(error));
  return true;
}
// Every spelling of a stream that changes nothing.
export const spellings = ["keepalive", "blank_lines", "one_byte", "crlf", "cr", "bom", "drip", "usage_after", "crlf+one_byte",
  "cr+one_byte+bom+keepalive"];
