import type { Flow } from "../cluster/flow.ts";

/** Reasons why an end is unknown that are told apart: they may name addresses. */
const MAX_REASONS = 64;

/** How many connections found their place, and why others did not. */
export interface Placement {
  readonly connections: number;
  /** At least one end is a pod. */
  readonly ofPods: number;
  /** Of Services whose backend the wire showed: those that the EndpointSlices tell of, and those that they don't. */
  readonly backends: { readonly told: number; readonly untold: number };
  /** An end that may be inside the cluster, and that nobody knows, by reason. */
  readonly reasons: readonly (readonly [reason: string, ends: number])[];
}

/** Counts whose connections are: where captures and cluster do not fit together, this is what shows it. */
export class PlacementCount {
  #connections = 0;
  #ofPods = 0;
  readonly #backends = { told: 0, untold: 0 };
  readonly #reasons = new Map<string, number>();

  get now(): Placement {
    const backends = { ...this.#backends };
    return { connections: this.#connections, ofPods: this.#ofPods, backends, reasons: [...this.#reasons] };
  }

  add({ client, servers, backend }: Flow): void {
    if (backend !== undefined) this.#backends[backend] += 1;
    const ends = [client, ...servers].map(({ identity }) => identity);
    this.#connections += 1;
    if (ends.some(({ kind }) => kind === "pod")) this.#ofPods += 1;
    for (const end of ends) if (end.kind === "unresolved") this.#addReason(end.reason);
  }

  #addReason(reason: string): void {
    const isTold = this.#reasons.has(reason) || this.#reasons.size < MAX_REASONS;
    const told = isTold ? reason : "other reasons";
    this.#reasons.set(told, (this.#reasons.get(told) ?? 0) + 1);
  }
}
