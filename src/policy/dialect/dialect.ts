import { type NetworkPolicy, type PolicyHead, toNetworkPolicy } from "../network-policy.ts";
import type { Rule } from "../rule.ts";
import { toCalicoPolicy } from "./calico.ts";
import { toCiliumPolicy } from "./cilium.ts";

export type Dialect = "kubernetes" | "cilium" | "calico";

/** Any policy as an API object. */
export interface PolicyDocument {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: NetworkPolicy["metadata"];
  readonly spec: object;
}

/** A policy in one dialect, and what that dialect says otherwise than networking.k8s.io/v1 does, for people to know. */
export interface Written {
  readonly document: PolicyDocument;
  readonly notes: readonly string[];
}

/** The same rules, said in the dialect that was asked for. */
export function writePolicy(dialect: Dialect, head: PolicyHead, rules: readonly Rule[]): Written {
  switch (dialect) {
    case "kubernetes":
      return { document: toNetworkPolicy(head, rules), notes: [] };
    case "cilium":
      return toCiliumPolicy(head, rules);
    case "calico":
      return toCalicoPolicy(head, rules);
  }
}
