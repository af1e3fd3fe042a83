import type { ContainerPort, Pod } from "../../cluster/objects.ts";

/** One end of a connection as policies see it. */
export type End = PodEnd | AddressEnd;

export interface PodEnd {
  readonly kind: "pod";
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The primary address first. None where the pod has not got one yet, or is only imagined. */
  readonly ips: readonly string[];
  readonly node: string | undefined;
  /** Such a pod shares its node's address: no policy selects it, and none can tell it from the node. */
  readonly hostNetwork: boolean;
  readonly ports: readonly ContainerPort[];
}

/** An address that belongs to no pod: a node, or somewhere outside. */
export interface AddressEnd {
  readonly kind: "address";
  readonly ip: string;
  /** The node that has this address, if one has. */
  readonly node: string | undefined;
}

export function podEnd(pod: Pod): PodEnd {
  const { metadata, ips, nodeName, hostNetwork, ports } = pod;
  const { namespace, name, labels } = metadata;
  return { kind: "pod", namespace, name, labels, ips, node: nodeName, hostNetwork, ports };
}

export function endText(end: End): string {
  return end.kind === "pod" ? `${end.namespace}/${end.name}` : end.ip;
}
