import type { EnforcedPod } from "./enforced-pod.ts";
import { matchAddresses } from "./match-peer.ts";
import type { Port } from "./network-policy.ts";

/** One nftables match for each port, an empty one where a rule names none. `servers`: whose names for ports count. */
export function matchPorts(ports: readonly Port[], servers: readonly EnforcedPod[]): readonly string[] {
  return ports.length === 0 ? [""] : ports.flatMap((port) => matchPort(port, servers));
}

function matchPort({ protocol, port, endPort }: Port, servers: readonly EnforcedPod[]): readonly string[] {
  const transport = (protocol ?? "TCP").toLowerCase();
  if (typeof port === "string") return servers.flatMap((pod) => matchNamed(pod, { transport, name: port }));
  if (port === undefined || port === null) return [`meta l4proto ${transport}`];
  return [`${transport} dport ${endPort ? `${port}-${endPort}` : port}`];
}

/** A name means another number on every pod, so that it is matched together with the pod's addresses. */
function matchNamed(
  { addresses, ports }: EnforcedPod,
  { transport, name }: { readonly transport: string; readonly name: string },
): readonly string[] {
  return ports
    .filter((named) => named.name === name && named.protocol.toLowerCase() === transport)
    .flatMap(({ port }) => matchAddresses(addresses, "daddr").map((match) => `${match} ${transport} dport ${port}`));
}
