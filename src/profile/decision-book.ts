import { type WorkloadRef, workloadKey } from "../cluster/workload.ts";
import type { Decisions } from "./decisions.ts";
import { FairShare } from "./fair-share.ts";

/** Bounds of what is kept, of which each namespace has its share; more is refused aloud. */
const MAX_DOCUMENTS = 10_000;
const MAX_OCTETS = 16 * 1024 * 1024;

export interface StoredDecisions {
  readonly workload: WorkloadRef;
  readonly decisions: Decisions;
}

/** Where decisions outlive the process. */
export interface DecisionStore {
  saveDecisions(stored: StoredDecisions): void;
  deleteDecisions(workload: WorkloadRef): void;
}

/** A store that says what it has kept: undefined where nothing is decided any more. */
export function tellingStore(
  store: DecisionStore,
  tell: (workload: WorkloadRef, decisions: Decisions | undefined) => void,
): DecisionStore {
  return {
    saveDecisions: (stored) => {
      store.saveDecisions(stored);
      tell(stored.workload, stored.decisions);
    },
    deleteDecisions: (workload) => {
      store.deleteDecisions(workload);
      tell(workload, undefined);
    },
  };
}

/** There is no room for more decisions. */
export class DecisionsFull extends Error {
  override readonly name = "DecisionsFull";
}

interface Kept extends StoredDecisions {
  readonly octets: number;
}

/** The decisions of every workload, one document each, on disk before `put` returns. */
export class DecisionBook {
  readonly #store: DecisionStore;
  readonly #kept = new Map<string, Kept>();
  readonly #documents = new FairShare(MAX_DOCUMENTS);
  readonly #octets = new FairShare(MAX_OCTETS);

  constructor(store: DecisionStore) {
    this.#store = store;
  }

  get(workload: WorkloadRef): Decisions | undefined {
    return this.#kept.get(workloadKey(workload))?.decisions;
  }

  /** By the parts of a path, the kind in any case: of a workload that may be gone. */
  find(namespace: string, kind: string, name: string): StoredDecisions | undefined {
    const isNamed = ({ workload }: StoredDecisions): boolean =>
      workload.namespace === namespace && workload.name === name && workload.kind.toLowerCase() === kind.toLowerCase();
    return [...this.#kept.values()].find(isNamed);
  }

  /** All of them, or a namespace's, by name. */
  list(namespace?: string): readonly StoredDecisions[] {
    return [...this.#kept]
      .sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
      .map(([, { workload, decisions }]) => ({ workload, decisions }))
      .filter(({ workload }) => namespace === undefined || workload.namespace === namespace);
  }

  /** Puts the whole document in the place of the one before. Throws DecisionsFull, or what the store throws; then nothing has changed. */
  put(workload: WorkloadRef, decisions: Decisions): void {
    const { namespace, kind, name } = workload;
    const stored = { workload: { namespace, kind, name }, decisions };
    const kept = { ...stored, octets: Buffer.byteLength(JSON.stringify(stored)) };
    this.#refuseOverflow(kept);
    this.#store.saveDecisions(stored);
    this.#keep(kept);
  }

  delete(workload: WorkloadRef): void {
    this.#store.deleteDecisions(workload);
    this.#letGo(workload);
  }

  /** What the store kept. */
  restore(all: readonly StoredDecisions[]): void {
    for (const stored of all) this.#keep({ ...stored, octets: Buffer.byteLength(JSON.stringify(stored)) });
  }

  #refuseOverflow({ workload, octets }: Kept): void {
    const before = this.#kept.get(workloadKey(workload));
    const { namespace } = workload;
    if (!this.#documents.hasRoom(namespace, before === undefined ? 1 : 0))
      throw new DecisionsFull(`decisions of as many workloads are kept of namespace ${namespace} as there is room for`);
    if (!this.#octets.hasRoom(namespace, octets - (before?.octets ?? 0)))
      throw new DecisionsFull(`there is no room for so many octets of decisions of namespace ${namespace}`);
  }

  #keep(kept: Kept): void {
    this.#letGo(kept.workload);
    this.#kept.set(workloadKey(kept.workload), kept);
    this.#documents.take(kept.workload.namespace, 1);
    this.#octets.take(kept.workload.namespace, kept.octets);
  }

  #letGo(workload: WorkloadRef): void {
    const kept = this.#kept.get(workloadKey(workload));
    if (kept === undefined) return;
    this.#kept.delete(workloadKey(workload));
    this.#documents.take(workload.namespace, -1);
    this.#octets.take(workload.namespace, -kept.octets);
  }
}
