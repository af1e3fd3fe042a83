import type { NetworkPolicySpec } from "../cluster/objects.ts";
import type { LabelSelector } from "../cluster/workload.ts";
import type { Direction } from "../profile/edge.ts";
import { toApiPeer, toApiPort } from "./api-peer.ts";
import type { Rule } from "./rule.ts";
import { canonicalSelector } from "./selector.ts";

/** networking.k8s.io/v1 NetworkPolicy, with its fields in the order in which people write them. */
export interface NetworkPolicy {
  readonly apiVersion: "networking.k8s.io/v1";
  readonly kind: "NetworkPolicy";
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: NetworkPolicySpec;
}

export interface PolicyHead {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly podSelector: LabelSelector;
  /** What it isolates. */
  readonly directions: readonly Direction[];
}

const POLICY_TYPE = { ingress: "Ingress", egress: "Egress" } as const;

/** The rules stand in the policy as they come, so that `egress[1]` is the second egress rule of both. */
export function toNetworkPolicy(head: PolicyHead, rules: readonly Rule[]): NetworkPolicy {
  const { name, namespace, labels, directions } = head;
  const spec: NetworkPolicySpec = {
    podSelector: canonicalSelector(head.podSelector),
    policyTypes: directions.map((direction) => POLICY_TYPE[direction]),
    ...(directions.includes("ingress") && { ingress: rulesOf("ingress", "from", rules, namespace) }),
    ...(directions.includes("egress") && { egress: rulesOf("egress", "to", rules, namespace) }),
  };
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name, namespace, labels }, spec };
}

function rulesOf(direction: Direction, peersField: "from" | "to", rules: readonly Rule[], namespace: string): object[] {
  return rules.filter((rule) => rule.direction === direction).map((rule) => toApiRule(rule, peersField, namespace));
}

/** A list is left out, never empty: both mean everything, but only the former looks so. */
function toApiRule({ peers, ports }: Rule, peersField: "from" | "to", namespace: string): object {
  const named = peers.map((peer) => toApiPeer(peer, namespace));
  return {
    ...(!named.includes(undefined) && { [peersField]: named }),
    ...(ports.length > 0 && { ports: ports.map(toApiPort) }),
  };
}
