import type { ProfileRight } from "./right.ts";

/** What a caller must be allowed for a route to answer. */
export type AccessRule =
  /** Anybody, and nothing of the cluster is told. */
  | { readonly kind: "open" }
  /** Anybody; details only to who may read the metrics. */
  | { readonly kind: "health" }
  | { readonly kind: "metrics" }
  /** In the namespace that the path names. */
  | { readonly kind: "namespace"; readonly right: Omit<ProfileRight, "namespace"> }
  /** In the namespace of the query, or else as far as the caller sees. */
  | { readonly kind: "namespaces"; readonly right: Omit<ProfileRight, "namespace"> };

declare module "fastify" {
  interface FastifyContextConfig {
    /** Every route has one: the guard refuses to serve a route without. */
    readonly access?: AccessRule;
  }
}
