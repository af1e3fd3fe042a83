import { spawnSync } from "node:child_process";

export function hasKubectl(): boolean {
  return spawnSync("kubectl", ["version", "--client"]).error === undefined;
}
