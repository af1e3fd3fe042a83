import type {
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from "../../cluster/objects.ts";
import type { LabelSelector } from "../../cluster/workload.ts";
import type { TransportProtocol } from "../../flow/connection.ts";
import type { Direction } from "../../profile/edge.ts";
import { type Cidr, parseCidr } from "../cidr.ts";
import type { Selection, Selections } from "./selections.ts";

/** What the evaluator needs of a NetworkPolicy, whether it comes from the cluster or was just generated. */
export interface EvaluatedPolicy {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: NetworkPolicySpec;
}

export interface CompiledPolicy {
  readonly source: EvaluatedPolicy;
  /** `namespace/name` */
  readonly name: string;
  readonly podSelector: LabelSelector;
  /** The rules of each direction in which it isolates; undefined where it does not. */
  readonly ingress: readonly CompiledRule[] | undefined;
  readonly egress: readonly CompiledRule[] | undefined;
}

export interface CompiledRule {
  /** `namespace/name: egress[0]` */
  readonly name: string;
  /** Undefined lets everybody through. */
  readonly peers: readonly CompiledPeer[] | undefined;
  /** Undefined lets every port of every protocol through. */
  readonly ports: readonly CompiledPort[] | undefined;
}

export type CompiledPeer =
  | { readonly kind: "block"; readonly cidr: Cidr; readonly except: readonly Cidr[] }
  | { readonly kind: "pods"; readonly selection: Selection };

export type CompiledPort =
  | { readonly kind: "range"; readonly protocol: TransportProtocol; readonly first: number; readonly last: number }
  | { readonly kind: "name"; readonly protocol: TransportProtocol; readonly name: string };

type RuleLike = { readonly peers: readonly NetworkPolicyPeer[]; readonly ports: readonly NetworkPolicyPort[] };

/**
 * Which directions a policy isolates its pods in. Without policyTypes it is always ingress, and egress where
 * there is an egress rule; an empty list counts as none, as in the API server's defaulting.
 */
export function isolatedDirections(spec: NetworkPolicySpec): readonly Direction[] {
  const types = spec.policyTypes ?? [];
  if (types.length > 0) return [...(types.includes("Ingress") ? ["ingress" as const] : []), ...egressIf(types)];
  return (spec.egress ?? []).length > 0 ? ["ingress", "egress"] : ["ingress"];
}

function egressIf(types: readonly string[]): readonly Direction[] {
  return types.includes("Egress") ? ["egress"] : [];
}

/** Turns one policy into its fast form; `selections` collects the sets of pods that its peers name. */
export function compilePolicy(policy: EvaluatedPolicy, selections: Selections): CompiledPolicy {
  const { metadata, spec } = policy;
  const name = `${metadata.namespace}/${metadata.name}`;
  const directions = isolatedDirections(spec);
  const compile = (direction: Direction, rules: readonly RuleLike[]): readonly CompiledRule[] | undefined =>
    directions.includes(direction)
      ? rules.map((rule, index) => compileRule(rule, `${name}: ${direction}[${index}]`, metadata.namespace, selections))
      : undefined;
  return {
    source: policy,
    name,
    podSelector: spec.podSelector,
    ingress: compile("ingress", (spec.ingress ?? []).map(ingressRule)),
    egress: compile("egress", (spec.egress ?? []).map(egressRule)),
  };
}

function ingressRule(rule: NetworkPolicyIngressRule): RuleLike {
  return { peers: rule.from ?? [], ports: rule.ports ?? [] };
}

function egressRule(rule: NetworkPolicyEgressRule): RuleLike {
  return { peers: rule.to ?? [], ports: rule.ports ?? [] };
}

/** An empty list restricts nothing, just as a missing one. */
function compileRule(rule: RuleLike, name: string, namespace: string, selections: Selections): CompiledRule {
  const { peers, ports } = rule;
  return {
    name,
    peers: peers.length === 0 ? undefined : peers.flatMap((peer) => compilePeer(peer, namespace, selections)),
    ports: ports.length === 0 ? undefined : ports.map(compilePort),
  };
}

/** No peer at all for a block that is no CIDR: the API server would have refused it, and it lets nobody through. */
function compilePeer(peer: NetworkPolicyPeer, namespace: string, selections: Selections): readonly CompiledPeer[] {
  if (peer.ipBlock !== undefined) {
    const cidr = parseCidr(peer.ipBlock.cidr);
    const except = (peer.ipBlock.except ?? []).flatMap((text) => parseCidr(text) ?? []);
    return cidr === undefined ? [] : [{ kind: "block", cidr, except }];
  }
  const { namespaceSelector: selector, podSelector: pods } = peer;
  const within = selector === undefined ? { name: namespace } : { selector };
  return [{ kind: "pods", selection: selections.of(within, pods) }];
}

function compilePort(entry: NetworkPolicyPort): CompiledPort {
  const { protocol = "TCP", port, endPort } = entry;
  if (typeof port === "string") return { kind: "name", protocol, name: port };
  return { kind: "range", protocol, first: port ?? 0, last: port === undefined ? 65535 : (endPort ?? port) };
}
