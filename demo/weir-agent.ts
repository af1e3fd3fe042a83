import type { ChildProcess } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Lab } from "./lab/lab.ts";
import { nodeNetwork } from "./lab/wiring.ts";

export const agentUrl = "http://127.0.0.1:9447";

const weir = fileURLToPath(new URL("../bin/weir", import.meta.url));
const readyWithinMs = 30_000;
const maxLogCharacters = 20_000;

/** `weir agent` on the lab's node. */
export interface WeirAgent {
  /** What was typed to start it. */
  readonly commandLine: string;
  /** Runs curl on the node. Throws where it has no answer. */
  curl: (args: readonly string[]) => Promise<string>;
}

/** Starts the agent on every interface of the node; resolves when it is ready. Throws, with its log, where it ends. */
export async function startWeir(lab: Lab, signal: AbortSignal): Promise<WeirAgent> {
  await writeFile(`${lab.folderFromHere}/cluster.yaml`, lab.clusterYaml);
  const args = ["agent", "--interface", "any", "--cluster", `${lab.folder}/cluster.yaml`];
  args.push("--listen", new URL(agentUrl).host, "--data-dir", `${lab.folder}/weir`);
  const agent = lab.start(nodeNetwork, [weir, ...args], { stdio: ["ignore", "ignore", "pipe"] });
  const log = keepLog(agent);
  const curl = async (curlArgs: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await lab.exec(nodeNetwork, ["curl", "--show-error", ...curlArgs]);
    if (agent.exitCode !== null) throw new Error(`weir agent ended with ${agent.exitCode}:\n${log()}`);
    if (code !== 0) throw new Error(`curl ${curlArgs.join(" ")}: ${stderr.trim() || `exit ${String(code)}`}`);
    return stdout;
  };
  await untilReady(agent, curl, signal).catch((error: unknown) => {
    throw new Error(`weir agent does not get ready:\n${log()}`, { cause: error });
  });
  return { commandLine: `weir ${args.join(" ")}`, curl };
}

async function untilReady(agent: ChildProcess, curl: WeirAgent["curl"], signal: AbortSignal): Promise<void> {
  const withinTime = AbortSignal.any([signal, AbortSignal.timeout(readyWithinMs)]);
  for (;;) {
    try {
      await curl(["-s", "--fail", `${agentUrl}/readyz`]);
      return;
    } catch (error) {
      if (agent.exitCode !== null) throw error;
      await pause(100, undefined, { signal: withinTime });
    }
  }
}

function keepLog(agent: ChildProcess): () => string {
  let log = "";
  agent.stderr?.on("data", (chunk: Buffer) => {
    log = `${log}${String(chunk)}`.slice(-maxLogCharacters);
  });
  return () => log.trimEnd();
}
