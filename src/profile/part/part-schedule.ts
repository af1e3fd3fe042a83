export interface PartPaces {
  /** New edges seldom come alone: so long more are waited for. */
  readonly gatherMs: number;
  /** At least between two writes of one part, whatever is new in it. */
  readonly newEdgesMs: number;
  /** Counts of known edges alone, and when they were seen last: after so long, doubled each time until the most. */
  readonly countsFirstMs: number;
  readonly countsMostMs: number;
  /** After the server refused a part: its namespace may end, or a right be given. */
  readonly refusedMs: number;
}

const MINUTE_MS = 60_000;

export const defaultPartPaces: PartPaces = {
  gatherMs: 10_000,
  newEdgesMs: MINUTE_MS,
  countsFirstMs: 15 * MINUTE_MS,
  countsMostMs: 240 * MINUTE_MS,
  refusedMs: 10 * MINUTE_MS,
};

interface Kept {
  /** When it was written last; -Infinity for never. */
  writtenMs: number;
  /** How many edges it had then; undefined where it must be written whatever they are now. */
  edges: number | undefined;
  countsWaitMs: number;
  dueMs: number;
  hasNewEdges: boolean;
  changedMs: number;
}

/**
 * When which part is to be written, by what has changed in it: new edges soon, counts slowly, and what does not change
 * never. As many are kept as there are workloads on a node.
 */
export class PartSchedule {
  readonly #paces: PartPaces;
  readonly #parts = new Map<string, Kept>();

  constructor(paces: PartPaces = defaultPartPaces) {
    this.#paces = paces;
  }

  /** How many wait to be written. */
  waiting(nowMs: number): number {
    return [...this.#parts.values()].filter(({ dueMs }) => dueMs <= nowMs).length;
  }

  /** What the server has of this part, from a former life. */
  found(key: string, edges: number, writtenMs: number): void {
    this.#parts.set(key, { ...this.#fresh(), writtenMs, edges });
  }

  isKnown(key: string): boolean {
    return this.#parts.has(key);
  }

  /** Something of it has changed, and it has so many edges now. */
  changed(key: string, edges: number, nowMs: number): void {
    const part = this.#part(key);
    part.changedMs = nowMs;
    part.hasNewEdges ||= part.edges !== edges;
    const { gatherMs, newEdgesMs } = this.#paces;
    const dueMs = part.hasNewEdges
      ? Math.max(nowMs + gatherMs, part.writtenMs + newEdgesMs)
      : part.writtenMs + part.countsWaitMs;
    part.dueMs = Math.min(part.dueMs, dueMs);
  }

  /** A workload has come to the node. Its first edges are waited for, so that one write says both. */
  present(key: string, nowMs: number): void {
    const part = this.#part(key);
    part.hasNewEdges = true;
    part.dueMs = Math.min(part.dueMs, nowMs + this.#paces.newEdgesMs);
  }

  /** It must be written, were there no edge in it: something was forgotten, or the server has something else. */
  demand(key: string, nowMs: number): void {
    const part = this.#part(key);
    part.edges = undefined;
    part.hasNewEdges = true;
    part.dueMs = Math.min(part.dueMs, nowMs);
  }

  /** The one that is due for longest. */
  due(nowMs: number): string | undefined {
    let first: string | undefined;
    let dueMs = nowMs;
    for (const [key, part] of this.#parts) {
      if (part.dueMs > dueMs) continue;
      first = key;
      dueMs = part.dueMs;
    }
    return first;
  }

  /** Of those in which something is new the one that is due first, were it later. */
  firstNew(): string | undefined {
    const waiting = [...this.#parts].filter(([, { hasNewEdges, dueMs }]) => hasNewEdges && dueMs < Infinity);
    return waiting.sort(([, a], [, b]) => a.dueMs - b.dueMs)[0]?.[0];
  }

  /** As it was at `madeMs`, it is written; counts that changed while it was under way wait for their time. */
  wrote(key: string, edges: number, madeMs: number): void {
    const part = this.#part(key);
    const { countsFirstMs, countsMostMs } = this.#paces;
    part.countsWaitMs = part.hasNewEdges ? countsFirstMs : Math.min(countsMostMs, part.countsWaitMs * 2);
    const dueMs = part.changedMs > madeMs ? madeMs + part.countsWaitMs : Infinity;
    Object.assign(part, { writtenMs: madeMs, edges, hasNewEdges: false, dueMs });
  }

  refused(key: string, nowMs: number): void {
    this.#part(key).dueMs = nowMs + this.#paces.refusedMs;
  }

  /** Of which nothing is to be said any more. */
  drop(key: string): void {
    this.#parts.delete(key);
  }

  #part(key: string): Kept {
    const known = this.#parts.get(key);
    if (known !== undefined) return known;
    const part = this.#fresh();
    this.#parts.set(key, part);
    return part;
  }

  #fresh(): Kept {
    const { countsFirstMs: countsWaitMs } = this.#paces;
    return {
      writtenMs: -Infinity,
      edges: undefined,
      countsWaitMs,
      dueMs: Infinity,
      hasNewEdges: false,
      changedMs: -Infinity,
    };
  }
}
