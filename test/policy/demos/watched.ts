import type { ClusterState } from "../../../src/cluster/cluster-state.ts";
import type { Edge } from "../../../src/profile/edge.ts";
import type { Profile } from "../../../src/profile/profile.ts";
import { clusterOf, COREDNS, deployment, DNS, edge, external, profile, service, workload } from "../world.ts";
import type { Application } from "./applications.ts";

/** The application as it runs in a cluster, beside a stranger, and as it was watched: every call was seen. */
export interface Watched {
  readonly cluster: ClusterState;
  readonly profiles: readonly Profile[];
}

/** A namespace that has nothing to do with the application. */
export const STRANGER = "elsewhere/stranger";

export function watch(application: Application): Watched {
  const { workloads } = application;
  const names = Object.keys(workloads);
  const cluster = clusterOf(
    [
      COREDNS,
      deployment(STRANGER, { ips: ["10.1.9.9"] }),
      ...names.map((name, place) => workloadText(application, name, place)),
      ...serviceTexts(application),
    ].join(""),
  );
  return { cluster, profiles: names.map((name) => watchOne(application, name)) };
}

function watchOne(application: Application, name: string): Profile {
  const { namespace, workloads, labelsOf } = application;
  const path = `${namespace}/${name}`;
  const { calls = [] } = workloads[name] ?? {};
  const callers = Object.keys(workloads).filter((other) => workloads[other]?.calls?.includes(name));
  const edges: readonly Edge[] = [
    ...(calls.length > 0 ? [DNS] : []),
    ...calls.map((called) => edge("egress", workload(`${namespace}/${called}`), portOf(application, called))),
    ...callers.map((caller) => edge("ingress", workload(`${namespace}/${caller}`), portOf(application, name))),
    ...(application.published === name ? [edge("ingress", external("203.0.113.7"), portOf(application, name))] : []),
  ];
  return profile(path, edges, { selector: { matchLabels: labelsOf(name) } });
}

function portOf({ workloads }: Application, name: string): string {
  return `TCP/${workloads[name]?.listens ?? 0}`;
}

function workloadText(application: Application, name: string, place: number): string {
  const { namespace, labelsOf, workloads } = application;
  const { listens } = workloads[name] ?? {};
  const labels = labelsOf(name);
  const ports = listens === undefined ? [] : [{ containerPort: listens }];
  return deployment(`${namespace}/${name}`, { labels, ips: [`10.1.0.${place + 1}`, `10.1.1.${place + 1}`], ports });
}

/** One for all workloads that share the first of their labels. */
function serviceTexts({ namespace, labelsOf, workloads, published }: Application): readonly string[] {
  const texts = new Map<string, string>();
  for (const [name, { listens }] of Object.entries(workloads)) {
    const [key = "", value = ""] = Object.entries(labelsOf(name))[0] ?? [];
    const type = name === published ? "LoadBalancer" : "ClusterIP";
    const spec = { type, selector: { [key]: value }, ports: [{ port: 80, targetPort: listens }] };
    if (listens !== undefined) texts.set(value, service(`${namespace}/${value}`, spec));
  }
  return [...texts.values()];
}
