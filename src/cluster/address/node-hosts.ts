import type { Holder } from "./address-history.ts";
import type { HostIdentity } from "../identity.ts";
import type { Node, Pod } from "../objects.ts";
import type { PodLife } from "./pod-life.ts";

/** A node's addresses hold for as long as it is told of: it was there before it was registered. */
const ALWAYS: PodLife = {
  fromUs: -Infinity,
  surelyFromUs: -Infinity,
  untilUs: Infinity,
  surelyUntilUs: Infinity,
  isStaying: true,
};

/** The nodes' own addresses: as Nodes tell them, and as the pods on them do where Nodes can't be read. */
export function nodeHosts(nodes: readonly Node[], pods: readonly Pod[]): Iterable<Holder<HostIdentity>> {
  const nodeOf = new Map<string, string | undefined>();
  for (const pod of pods) for (const ip of hostIpsOf(pod)) nodeOf.set(ip, pod.nodeName);
  for (const { metadata, addresses } of nodes) for (const ip of addresses) nodeOf.set(ip, metadata.name);
  return nodeOf.entries().map(([ip, node]) => ({
    key: ip,
    ips: [ip],
    life: ALWAYS,
    value: { kind: "host" as const, node },
  }));
}

function hostIpsOf({ hostNetwork, hostIps, ips }: Pod): readonly string[] {
  return hostNetwork ? [...hostIps, ...ips] : hostIps;
}
