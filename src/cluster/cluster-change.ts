import type { KubernetesObject } from "./objects.ts";

/** What tells an object from all others of the cluster: every object does. */
export interface Identified {
  readonly type: KubernetesObject["type"];
  /** Of a controller. */
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: { readonly namespace: string; readonly name: string; readonly uid: string | undefined };
}

/** One thing that became different in the cluster, or in what is known of it. */
export type ClusterChange =
  /** It is new, or not as it was. */
  | { readonly kind: "present"; readonly object: KubernetesObject }
  /** It has just gone; this is the last that was told of it. */
  | { readonly kind: "gone"; readonly object: KubernetesObject }
  /** It went at some time after `seenUs`, when nobody was told. */
  | { readonly kind: "vanished"; readonly object: Identified; readonly seenUs: number }
  /** From `sinceUs` until now pods may have come and gone of which nobody was told. */
  | { readonly kind: "missed pods"; readonly sinceUs: number };
