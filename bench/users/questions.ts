import { workloadName } from "../../test/api-server/large-pod.ts";
import type { Random } from "../../test/random.ts";
import { type User, WORKLOADS } from "./users.ts";

export interface Question {
  /** As the table names it. */
  readonly endpoint: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: object;
}

interface Choice {
  readonly endpoint: string;
  /** Of all questions together. */
  readonly weight: number;
  /** Only who sees all asks it. */
  readonly needsAll?: true;
  readonly ask: (namespace: string, workload: string) => Omit<Question, "endpoint">;
}

/** What people and their tools ask: mostly for one workload, often for the map, now and then for much at once. */
const CHOICES: readonly Choice[] = [
  { endpoint: "a profile", weight: 25, ask: (_, workload) => get(`profiles/${workload}`) },
  { endpoint: "profiles of a namespace", weight: 10, ask: (namespace) => get(`profiles?namespace=${namespace}`) },
  { endpoint: "all profiles", weight: 10, ask: () => get("profiles") },
  { endpoint: "the graph of a namespace", weight: 8, ask: (namespace) => get(`graph?namespace=${namespace}`) },
  { endpoint: "the whole graph", weight: 8, ask: () => get("graph") },
  { endpoint: "a policy and its review", weight: 18, ask: (_, workload) => post(`policies/${workload}`, {}) },
  { endpoint: "policies of a namespace", weight: 5, ask: (namespace) => post(`policies/${namespace}`, {}) },
  {
    endpoint: "a check of what was seen",
    weight: 3,
    ask: (namespace) => post(`check?namespace=${namespace}`, { policies: [] }),
  },
  { endpoint: "decisions", weight: 3, ask: () => get("decisions") },
  { endpoint: "the latest flows", weight: 3, ask: (namespace) => get(`flows?namespace=${namespace}`) },
  { endpoint: "/metrics", weight: 3, needsAll: true, ask: () => ({ method: "GET", path: "/metrics" }) },
  { endpoint: "/readyz", weight: 4, ask: () => ({ method: "GET", path: "/readyz" }) },
];

export const endpoints: readonly string[] = CHOICES.map(({ endpoint }) => endpoint);

export function choose(user: User, random: Random): Question {
  const open = CHOICES.filter(({ needsAll }) => needsAll === undefined || user.namespace === undefined);
  let rest = random.next() * open.reduce((sum, { weight }) => sum + weight, 0);
  const { endpoint } = open.find(({ weight }) => (rest -= weight) < 0) ?? open[0]!;
  return questionOf(endpoint, user, random);
}

/** Of this endpoint, for a workload that the user sees. */
export function questionOf(endpoint: string, { namespace: own }: User, random: Random): Question {
  const place = own === undefined ? random.below(WORKLOADS) : Number(own.replace("shop-", ""));
  const { namespace, name } = workloadName(place);
  const { ask } = CHOICES.find((choice) => choice.endpoint === endpoint)!;
  return { endpoint, ...ask(namespace, `${namespace}/deployment/${name}`) };
}

function get(path: string): Omit<Question, "endpoint"> {
  return { method: "GET", path: `/api/v1/${path}` };
}

function post(path: string, body: object): Omit<Question, "endpoint"> {
  return { method: "POST", path: `/api/v1/${path}`, body };
}
