/** What is to go wrong with an answer. */
export type Fault =
  | { readonly kind: "status"; readonly code: number; readonly retryAfterSeconds?: number }
  | { readonly kind: "latency"; readonly ms: number }
  /** The connection ends after so many bytes of the body. */
  | { readonly kind: "cut"; readonly afterBytes: number }
  /** The request is taken and never answered. */
  | { readonly kind: "hang" }
  | { readonly kind: "slow"; readonly bytesPerSecond: number };

export interface FaultRule {
  readonly fault: Fault;
  /** Of this resource, as in paths; of all requests where it is left out. */
  readonly resource?: string;
  readonly verb?: string;
  readonly path?: RegExp;
  /** For so many requests; for all where it is left out. */
  readonly times?: number;
}
