// Starts the built program and the fake upstream for the client tests.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const program = path.resolve(process.env.SLUICE ?? path.join(here, "../../build/release/bin/sluice"));

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
  const child = spawn("/usr/bin/python3", [path.join(here, "../fakes/deepseek.py")], { stdio: ["ignore", "pipe", "inherit"] });
  const port = await started(child, /^(\d+)\n/);
  const address = `http://127.0.0.1:${port}`;
  return {
    address,
    cue: (cue) => fetch(`${address}/_cue`, { method: "POST", body: JSON.stringify({ cue }) }),
    received: async () => (await fetch(`${address}/_received`)).json(),
    stop: () => child.kill(),
  };
}

// A Sluice with the guide on this machine and the fake as its hosted deployment.
export async function startSluice(fake) {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-clients-"));
  const config = path.join(folder, "sluice.yaml");
  writeFileSync(config, `
data_dir: ${folder}/data
deployments:
  - {name: guide, kind: engine, model: "builtin:guide", zone: device, jurisdiction: local, threads: 1}
  - {name: hosted, kind: deepseek, address: "${fake.address}", model: deepseek-flash, key_env: FAKE_KEY, zone: hosted,
     jurisdiction: CN, stall_timeout: 2s}
routes:
  sluice-guide: [guide]
  deepseek-flash: [hosted]
`);
  const environment = { ...process.env, FAKE_KEY: "sk-fake-upstream-key-0123456789" };
  const child = spawn(program, ["serve", "--config", config, "--listen", "127.0.0.1:0"],
    { stdio: ["ignore", "pipe", "ignore"], env: environment });
  const port = await started(child, /Sluice serves on \S+:(\d+)\//);
  return {
    baseURL: `http://127.0.0.1:${port}/v1`,
    stop: () => new Promise((resolve) => {
      child.on("exit", () => { rmSync(folder, { recursive: true, force: true }); resolve(); });
      child.kill("SIGTERM");
    }),
  };
}
