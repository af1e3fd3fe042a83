import type { Held } from "../address/held.ts";
import { isIpv6 } from "../address/address.ts";
import type { ServerParty } from "../flow.ts";
import type { Identity, PodIdentity } from "../identity.ts";
import type { Pod } from "../objects.ts";
import type { EndpointIndex } from "./endpoint-index.ts";
import { serviceRef, type AskedService } from "./service-index.ts";
import type { WorkloadIndex } from "../workload/workload-index.ts";
import { workloadKey } from "../workload.ts";

export interface BackendSources {
  readonly endpoints: EndpointIndex;
  readonly workloads: WorkloadIndex;
  readonly podAt: (ip: string) => Held<PodIdentity>;
  readonly identify: (ip: string) => Identity;
  /** For an address that was written into a slice by hand, and so is no pod's that the cluster files leave out. */
  readonly identifyByHand: (ip: string) => Identity;
}

/**
 * Who may have answered at a Service's address, with the port a policy is evaluated on: its endpoints, or
 * else the pods that it selects, or else nobody known. Never empty. Of several pods of a workload with the
 * same port the first stands for all: which one it was can't be told.
 */
export function backends(sources: BackendSources, asked: AskedService, askedIp: string): readonly ServerParty[] {
  const fromSlices = endpointParties(sources, asked, askedIp);
  const parties = fromSlices.length > 0 ? fromSlices : selectedParties(sources, asked, askedIp);
  return parties.length > 0 ? onePerWorkload(parties) : [nobody(asked, askedIp)];
}

function endpointParties(sources: BackendSources, asked: AskedService, askedIp: string): readonly ServerParty[] {
  const hasSelector = Object.keys(asked.service.selector).length > 0;
  return sources.endpoints
    .of(asked, isIpv6(askedIp) ? "IPv6" : "IPv4")
    .filter(({ ip }) => !wasElsewhere(sources.podAt(ip)))
    .map(({ ip, port, isPod }) => {
      const identity = hasSelector || isPod ? sources.identify(ip) : sources.identifyByHand(ip);
      return { identity, ip, port };
    });
}

/** Endpoints are known as of now only: one whose pod came after the connection was none when it began. */
function wasElsewhere({ kind }: Held<PodIdentity>): boolean {
  return kind === "earlier" || kind === "later";
}

function selectedParties({ workloads }: BackendSources, asked: AskedService, askedIp: string): readonly ServerParty[] {
  const { selector: matchLabels, metadata } = asked.service;
  if (Object.keys(matchLabels).length === 0) return [];
  const pods = workloads.selected(metadata.namespace, { matchLabels }).toSorted(byName);
  return pods.map((pod) => ({
    identity: workloads.identityOf(pod),
    ip: pod.ips.find((ip) => isIpv6(ip) === isIpv6(askedIp)) ?? askedIp,
    port: targetPort(pod, asked),
  }));
}

/** A target port by name is the pod's own matter, and may be another number on the next pod. */
function targetPort(pod: Pod, { port }: AskedService): number | undefined {
  const { targetPort: target = port.port, protocol } = port;
  if (typeof target === "number") return target;
  return pod.ports.find((candidate) => candidate.name === target && candidate.protocol === protocol)?.containerPort;
}

function onePerWorkload(parties: readonly ServerParty[]): readonly ServerParty[] {
  const single = new Map<string, ServerParty>();
  for (const party of parties) {
    const who = party.identity.kind === "pod" ? workloadKey(party.identity.workload) : party.ip;
    const key = `${party.identity.kind} ${who} ${party.port ?? ""}`;
    if (!single.has(key)) single.set(key, party);
  }
  return [...single.values()];
}

function byName(a: Pod, b: Pod): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

function nobody({ service }: AskedService, ip: string): ServerParty {
  const { namespace, name } = serviceRef(service);
  const reason = `the address of Service ${namespace}/${name}, whose endpoints are not known`;
  return { identity: { kind: "unresolved", reason }, ip, port: undefined };
}
