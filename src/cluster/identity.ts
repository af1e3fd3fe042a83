import type { WorkloadRef } from "./workload.ts";

export interface ServiceRef {
  readonly namespace: string;
  readonly name: string;
}

export interface PodIdentity {
  readonly kind: "pod";
  readonly workload: WorkloadRef;
  readonly pod: string;
  readonly node: string | undefined;
}

/** A node's own address, which host-network pods share: never one of those pods. */
export interface HostIdentity {
  readonly kind: "host";
  readonly node: string | undefined;
}

/** Outside the cluster. */
export interface ExternalIdentity {
  readonly kind: "external";
}

/** Somewhere inside, or perhaps inside, but nobody knows who: never a guess, never written as an ipBlock. */
export interface UnresolvedIdentity {
  readonly kind: "unresolved";
  readonly reason: string;
}

/** Who had an address at one moment. */
export type Identity = PodIdentity | HostIdentity | ExternalIdentity | UnresolvedIdentity;
