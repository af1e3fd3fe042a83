import type { ClusterState } from "../../cluster/cluster-state.ts";
import { type End, type PodEnd, podEnd } from "./end.ts";
import { parseAddress, cidrText, singleAddress } from "../cidr.ts";

/** Finds what a question names, `namespace/pod` or an address, among the pods that are there now. */
export interface EndFinder {
  /** Undefined for a pod that is not there and for what is no address. The same object for the same end. */
  find(text: string): End | undefined;
}

/** An address of a pod is that pod; one that nodes share is the node; any other is outside. */
export function indexEnds(cluster: ClusterState): EndFinder {
  const pods = new Map<string, PodEnd>();
  const addresses = new Map<string, End>();
  for (const pod of cluster.pods()) {
    const end = podEnd(pod);
    pods.set(`${end.namespace}/${end.name}`, end);
    for (const ip of pod.hostIps) addresses.set(keyOf(ip), { kind: "address", ip, node: pod.nodeName });
    if (!pod.hostNetwork) for (const ip of pod.ips) addresses.set(keyOf(ip), end);
  }
  return {
    find: (text) => (text.includes("/") ? pods.get(text) : (addresses.get(keyOf(text)) ?? outside(text))),
  };
}

function outside(text: string): End | undefined {
  return parseAddress(text) === undefined ? undefined : { kind: "address", ip: text, node: undefined };
}

/** One key for all spellings of an address. */
function keyOf(text: string): string {
  const address = parseAddress(text);
  return address === undefined ? text : cidrText(singleAddress(address));
}
