import type { Flow } from "../cluster/flow.ts";

/** Reasons why an end is unknown that are told apart: they may name addresses. */
const MAX_REASONS = 64;

/** How many connections found their place, and why others did not. */
export interface Placement {
  readonly connections: number;
  /** At least one end is a pod. */
  readonly ofPods: number;
  /** An end that may be inside the cluster, and that nobody knows, by reason. */
  readonly reasons: readonly (readonly [reason: string, ends: number])[];
}

/** Counts whose connections are: where captures and cluster do not fit together, this is what shows it. */
export class PlacementCount {
  #connections = 0;
  #ofPods = 0;
  readonly #reasons = new Map<string, number>();

  get now(): Placement {
    return { connections: this.#connections, ofPods: this.#ofPods, reasons: [...this.#reasons] };
  }

  add({ client, servers }: Flow): void {
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
