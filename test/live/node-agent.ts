/** weir as it runs on a node of the lab, and programs in its pods that know what they did. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Lab } from "../../demo/lab/lab.ts";
import type { Profile } from "../../src/profile/profile.ts";
import { eventually } from "../demo/eventually.ts";

const weir = fileURLToPath(new URL("../../bin/weir", import.meta.url));
const url = "http://127.0.0.1:9447";

/** Starts `weir ARGS` on the node. */
export function startOnNode(lab: Lab, args: readonly string[]): ChildProcess {
  return lab.start("node", [weir, ...args], { stdio: ["ignore", "pipe", "pipe"] });
}

/** Starts the agent and waits until it is ready. */
export async function startAgent(lab: Lab, args: readonly string[] = []): Promise<ChildProcess> {
  await writeFile(`${lab.folderFromHere}/cluster.yaml`, lab.clusterYaml);
  const cluster = ["--cluster", `${lab.folder}/cluster.yaml`, "--data-dir", `${lab.folder}/data`];
  const agent = startOnNode(lab, ["agent", ...cluster, ...args]);
  await eventually("the agent is ready", async () => ((await ask(lab, "/readyz")) === undefined ? undefined : true));
  return agent;
}

/** The answer's body; undefined where there is none, or one of a status that is no success. */
export async function ask(lab: Lab, path: string): Promise<string | undefined> {
  const { code, stdout } = await lab.exec("node", ["curl", "-s", "--fail", url + path]);
  return code === 0 ? stdout : undefined;
}

export async function profile(lab: Lab, path: string): Promise<Profile> {
  return JSON.parse((await ask(lab, `/api/v1/profiles/${path}`)) ?? "null") as Profile;
}

/** Established connections by edge: `ingress jclient 8080` -> 12. */
export function counts({ ingress, egress }: Profile): Record<string, number> {
  return Object.fromEntries(
    [...ingress, ...egress].map(({ direction, peer, port, connections }) => {
      const name = peer.type === "workload" ? peer.name : peer.type;
      return [`${direction} ${name} ${port}`, connections];
    }),
  );
}

/** A server on this port of a pod, which says a word and closes; resolves when it listens. */
export async function serve(lab: Lab, pod: string, port: number): Promise<void> {
  const code = `require("net").createServer((s) => s.end("hi")).listen(${port}, () => console.log("listening"))`;
  const server = lab.start(pod, [process.execPath, "-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  await once(server.stdout!, "data");
}

/** So many connections, one after the other, each to its end. Throws where one fails. */
export async function connect(lab: Lab, where: string, host: string, port: number, times: number): Promise<void> {
  const code = `
    const one = () => new Promise((ok, no) => require("net").connect(${port}, "${host}").on("error", no).on("close", ok).resume());
    (async () => { for (let n = 0; n < ${times}; n++) await one(); })().catch((error) => { console.error(error); process.exit(1); });`;
  const { code: status, stderr } = await lab.exec(where, [process.execPath, "-e", code]);
  if (status !== 0) throw new Error(`${where} to ${host}:${port}: ${stderr}`);
}

export async function killOnNode(lab: Lab, signal: string, pattern: string): Promise<void> {
  await lab.exec("node", ["pkill", `-${signal}`, "-f", pattern]);
}

/** Whether a process with these words in its command line runs in the lab. */
export async function isRunning(lab: Lab, pattern: string): Promise<boolean> {
  return (await lab.exec("node", ["pgrep", "-f", pattern])).code === 0;
}
