import { readdirSync, readlinkSync } from "node:fs";
import type { Lab } from "../../demo/lab/lab.ts";

/** Names the process namespace that all of a lab runs in. */
export async function processNamespace(lab: Lab): Promise<string> {
  const { stdout } = await lab.exec("node", ["readlink", "/proc/self/ns/pid"]);
  return stdout.trim();
}

/** Processes of this machine that run in a process namespace. */
export function processesIn(namespace: string): readonly string[] {
  return readdirSync("/proc").filter((name) => /^\d+$/u.test(name) && isIn(name, namespace));
}

function isIn(pid: string, namespace: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`) === namespace;
  } catch {
    return false; // it ended meanwhile, or is somebody else's
  }
}
