import type { LabelSelector, WorkloadRef } from "../cluster/workload.ts";
import type { TransportProtocol } from "../flow/connection.ts";
import type { Direction } from "../profile/edge.ts";

/**
 * What a policy of any dialect is written from. Neutral: it names peers and ports as they are known, not as
 * one API can say them.
 */
export interface Rule {
  readonly direction: Direction;
  readonly origin: Origin;
  /** Never empty. */
  readonly peers: readonly RulePeer[];
  /** Every port of every protocol where empty. */
  readonly ports: readonly RulePort[];
  /** `edgeKey` of each edge that it was made from, sorted. */
  readonly edges: readonly string[];
}

/** Why a rule is there: traffic showed it, an option asked for it, or isolating egress would cut off DNS. */
export type Origin = "learned" | "dns" | "option";

export type RulePeer =
  /** The pods of one or, where they share a selector, several workloads. The selector is canonical. */
  | {
      readonly kind: "pods";
      readonly namespace: string;
      readonly selector: LabelSelector;
      readonly workloads: readonly WorkloadRef[];
    }
  /** Every pod of the policy's own namespace. */
  | { readonly kind: "namespace" }
  | RuleBlock
  | { readonly kind: "everyone" };

export interface RuleBlock {
  readonly kind: "block";
  readonly cidr: string;
  /** Whose addresses these are, for people to read. */
  readonly notes: readonly string[];
  /** Where they are no outside addresses. */
  readonly holder?: "node" | "kube-apiserver";
  /** Names by which DNS answers led to every one of the addresses it was made from; absent where one had none. */
  readonly names?: readonly string[];
}

/** Whether it holds all addresses of its family. */
export function isEveryAddress({ cidr }: RuleBlock): boolean {
  return cidr.endsWith("/0");
}

/** One port, or a range where `endPort` is given. */
export interface RulePort {
  readonly protocol: TransportProtocol;
  readonly port: number;
  readonly endPort?: number;
}

/** One peer on one port or range, or on all ports where `port` is undefined: what rules are put together from. */
export interface Grant {
  readonly direction: Direction;
  readonly origin: Origin;
  readonly peer: RulePeer;
  readonly port: RulePort | undefined;
  readonly edges: readonly string[];
}
