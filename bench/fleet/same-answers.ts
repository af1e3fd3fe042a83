import { isDeepStrictEqual } from "node:util";
import { setTimeout as pause } from "node:timers/promises";
import type { Edge } from "../../src/profile/edge.ts";
import type { Profile } from "../../src/profile/profile.ts";
import type { AgentProcess } from "../../test/chaos/agent-process.ts";
import { countsOf } from "../../test/profile/count-profile.ts";
import type { Fleet } from "./fleet.ts";

/** From the first question until the parts of all nodes are there. */
const GATHERED_MS = 2_000;

export interface Answers {
  readonly profiles: readonly Profile[];
  /** The policies of each namespace, as YAML without its comments. */
  readonly policies: readonly string[];
}

/** Everything that an agent answers of profiles and policies. */
export async function answersOf(agent: AgentProcess): Promise<Answers> {
  await listed(agent);
  await pause(GATHERED_MS);
  const workloads = await listed(agent);
  const profiles: Profile[] = [];
  for (const { namespace, kind, name } of workloads)
    profiles.push((await agent.get<Profile>(`/api/v1/profiles/${namespace}/${kind.toLowerCase()}/${name}`))!);
  const namespaces = new Set(workloads.map(({ namespace }) => namespace));
  const policies: string[] = [];
  for (const namespace of namespaces) policies.push(await policiesOf(agent, namespace));
  return { profiles, policies };
}

async function listed(agent: AgentProcess): Promise<readonly Profile["workload"][]> {
  const answer = await agent.get<{ readonly profiles: readonly Profile[] }>("/api/v1/profiles");
  if (answer === undefined) throw new Error(`an agent does not answer: ${agent.said}`);
  return answer.profiles.map(({ workload }) => workload);
}

async function policiesOf(agent: AgentProcess, namespace: string): Promise<string> {
  const headers = { "content-type": "application/json", accept: "application/yaml" };
  const answer = await fetch(`${agent.url}/api/v1/policies/${namespace}`, { method: "POST", headers, body: "{}" });
  if (!answer.ok) throw new Error(`policies of ${namespace}: ${await answer.text()}`);
  // The comments say through what it was seen, and since when, in which agents that began later than one differ.
  return (await answer.text()).replaceAll(/^#.*\n/gmu, "");
}

/** In what an agent's answers differ from those of the one that sees everything; a line each. */
export function differences(one: Answers, other: Answers, isSettled: boolean): readonly string[] {
  const read = isSettled ? countsOf : edgesOf;
  const [expected, found] = [one, other].map(
    ({ profiles }) => new Map(profiles.map((profile) => [JSON.stringify(profile.workload), read(profile)])),
  ) as [Map<string, object>, Map<string, object>];
  const names = new Set([...expected.keys(), ...found.keys()]);
  const differing = [...names].filter((name) => !isDeepStrictEqual(expected.get(name), found.get(name)));
  return [
    ...differing.map((name) => `${name}: ${firstDifference(expected.get(name), found.get(name))}`),
    ...(isDeepStrictEqual(one.policies, other.policies)
      ? []
      : [`policies: ${firstDifference(one.policies, other.policies)}`]),
  ];
}

/** Counts are told slowly, edges at once. */
function edgesOf({ workload, ingress, egress }: Profile): object {
  return { workload, ingress: ingress.map(endOf), egress: egress.map(endOf) };
}

function endOf({ peer, protocol, port }: Edge): object {
  return { peer, protocol, port };
}

function firstDifference(one: object | undefined, other: object | undefined): string {
  const [left, right] = [JSON.stringify(one) ?? "none", JSON.stringify(other) ?? "none"];
  let at = 0;
  while (at < left.length && left[at] === right[at]) at += 1;
  const from = Math.max(0, at - 100);
  return `${left.slice(from, at + 300)}\n  against ${right.slice(from, at + 300)}`;
}

/** Egress of all workloads: each connection is once in it. */
export function connectionsOf({ profiles }: Answers): number {
  return profiles.flatMap(({ egress }) => egress).reduce((sum, { connections }) => sum + connections, 0);
}

/** Asks every agent that runs, one after the other; agents by what was wrong with their answers. */
export async function compareAll(
  { members, observer }: Fleet,
  isSettled: boolean,
): Promise<{ readonly one: Answers; readonly asked: number; readonly faults: readonly string[] }> {
  const one = await answersOf(observer.agent);
  const faults: string[] = [];
  const running = members.filter(({ memory }) => memory !== undefined);
  for (const { node, agent } of running)
    for (const difference of differences(one, await answersOf(agent), isSettled)) faults.push(`${node}: ${difference}`);
  return { one, asked: running.length, faults };
}
