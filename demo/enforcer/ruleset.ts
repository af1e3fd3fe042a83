// Turns NetworkPolicies and the node's pods into nftables, as a network plugin would. In: what kubectl apply would
// be given, and who the pods are. Out: text for `nft -f -`. It never heard of profiles, nor of weir.
import type { EnforcedPod } from "./enforced-pod.ts";
import { matchPeers } from "./match-peer.ts";
import { matchPorts } from "./match-port.ts";
import type { NetworkPolicy, Peer, Port } from "./network-policy.ts";
import { selects } from "./selects.ts";

type Direction = "ingress" | "egress";

interface Rule {
  /** `shop/javaapp: egress[0]` */
  readonly name: string;
  readonly namespace: string;
  readonly peers: readonly Peer[];
  readonly ports: readonly Port[];
}

const table = "inet network-policy";

/**
 * Replaces what an earlier one set. The forward hook comes after DNAT and before SNAT, so that policies see the
 * pods' own ports and the clients' own addresses. A node's packets to its own pods never come through forward,
 * which is the exemption that kubelet probes need; a pod's packets to its node come through input.
 */
export function ruleset(policies: readonly NetworkPolicy[], pods: readonly EnforcedPod[]): string {
  const egress = pods.filter((pod) => isIsolated(pod, "egress", policies));
  const ingress = pods.filter((pod) => isIsolated(pod, "ingress", policies));
  return `table ${table}
delete table ${table}
table ${table} {
${[
  ...egress.map((pod) => podChain(pod, "egress", { policies, pods })),
  ...ingress.map((pod) => podChain(pod, "ingress", { policies, pods })),
  chain("forward", [
    "type filter hook forward priority filter + 10; policy accept;",
    "ct state established,related accept",
    ...pods.map((pod) => `iifname "${pod.interface}" oifname "${pod.interface}" accept # itself`),
    ...egress.map((pod) => `iifname "${pod.interface}" jump egress-${pod.interface}`),
    ...ingress.map((pod) => `oifname "${pod.interface}" jump ingress-${pod.interface}`),
  ]),
  chain("input", [
    "type filter hook input priority filter + 10; policy accept;",
    "ct state established,related accept",
    "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit } accept",
    ...egress.map((pod) => `iifname "${pod.interface}" jump egress-${pod.interface}`),
  ]),
].join("\n")}
}
`;
}

/** The union of all that any policy allows; what is left over is dropped without a word, as most plugins do. */
function podChain(
  pod: EnforcedPod,
  direction: Direction,
  { policies, pods }: { readonly policies: readonly NetworkPolicy[]; readonly pods: readonly EnforcedPod[] },
): string {
  const own = policies.filter((policy) => isolates(policy, pod, direction));
  const lines = own.flatMap((policy) =>
    rulesOf(policy, direction).flatMap((rule) => {
      const field = direction === "egress" ? "daddr" : "saddr";
      const ports = matchPorts(rule.ports, direction === "egress" ? pods : [pod]);
      const peers = matchPeers(rule.peers, { pods, namespace: rule.namespace, field });
      const matches = peers.flatMap((peer) => ports.map((port) => `${peer} ${port}`.trim()));
      return [`# ${rule.name}`, ...matches.filter(isOfOneFamily).map((match) => `${match} return`.trim())];
    }),
  );
  return chain(`${direction}-${pod.interface}`, [...lines, "counter drop"]);
}

/** A peer's address and that of a pod whose port has a name may contradict each other, which nft takes for a mistake. */
function isOfOneFamily(match: string): boolean {
  return !(match.includes("ip6 ") && match.includes("ip "));
}

function chain(name: string, lines: readonly string[]): string {
  return [`  chain ${name} {`, ...lines.map((line) => `    ${line}`), "  }"].join("\n");
}

function isIsolated(pod: EnforcedPod, direction: Direction, policies: readonly NetworkPolicy[]): boolean {
  return policies.some((policy) => isolates(policy, pod, direction));
}

function isolates({ metadata, spec }: NetworkPolicy, pod: EnforcedPod, direction: Direction): boolean {
  return (
    metadata.namespace === pod.namespace &&
    selects(spec.podSelector ?? {}, pod.labels) &&
    typesOf(spec).includes(direction === "egress" ? "Egress" : "Ingress")
  );
}

/** Without policyTypes a policy is always one for ingress, and for egress where it has an egress rule. */
function typesOf({ policyTypes, egress }: NetworkPolicy["spec"]): readonly string[] {
  if (policyTypes && policyTypes.length > 0) return policyTypes;
  return egress && egress.length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
}

function rulesOf({ metadata, spec }: NetworkPolicy, direction: Direction): readonly Rule[] {
  const { namespace, name } = metadata;
  const rules =
    direction === "egress"
      ? (spec.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }))
      : (spec.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }));
  return rules.map(({ peers, ports }, index) => ({
    name: `${namespace}/${name}: ${direction}[${index}]`,
    namespace,
    peers: peers ?? [],
    ports: ports ?? [],
  }));
}
