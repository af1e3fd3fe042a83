import type { Graph } from "../../src/profile/graph.ts";

/** What the checker knows by itself, and what an agent must answer for it after any crash. */
export class Truth {
  /** By edge of the graph: connections at least, as somebody was shown or has had a second to be written. */
  readonly #atLeast = new Map<string, number>();
  /** Connections that any agent was ever told of. */
  readonly #atMost = new Map<string, number>();
  readonly #forgotten = new Set<string>();
  /** By workload: decisions that may be there; the one that was answered, or also one whose answer never came. */
  readonly #decided = new Map<string, readonly string[]>();

  get size(): number {
    return this.#atLeast.size;
  }

  told(edge: string): void {
    this.#atMost.set(edge, (this.#atMost.get(edge) ?? 0) + 1);
  }

  /** An agent has answered so. */
  shown({ edges }: Graph): void {
    for (const edge of edges) this.mustHave(idOf(edge), edge.connections);
  }

  mustHave(edge: string, connections: number): void {
    if (this.#forgotten.has(edge)) return;
    this.#atLeast.set(edge, Math.max(this.#atLeast.get(edge) ?? 0, connections));
  }

  /** It was to be forgotten: `isDone` where that was answered, undefined where no answer came. */
  forgotten(edge: string, isDone: boolean | undefined): void {
    if (isDone === false) return;
    this.#atLeast.delete(edge);
    if (isDone === true) this.#forgotten.add(edge);
  }

  decided(workload: string, document: string, isDone: boolean | undefined): void {
    if (isDone === false) return;
    this.#decided.set(workload, isDone === true ? [document] : [...(this.#decided.get(workload) ?? [""]), document]);
  }

  /** What a restarted agent answers wrongly, a line each. */
  faults({ edges }: Graph, decisions: ReadonlyMap<string, string>): readonly string[] {
    const found = new Map(edges.map((edge) => [idOf(edge), edge.connections]));
    return [...this.#lost(found), ...this.#invented(found), ...this.#undecided(decisions)];
  }

  *#lost(found: ReadonlyMap<string, number>): Generator<string> {
    for (const [edge, atLeast] of this.#atLeast) {
      const has = found.get(edge) ?? 0;
      if (has < atLeast) yield `lost: ${edge} has ${has} connections of ${atLeast}`;
    }
  }

  *#invented(found: ReadonlyMap<string, number>): Generator<string> {
    for (const [edge, has] of found) {
      const atMost = this.#atMost.get(edge) ?? 0;
      if (has > atMost) yield `counted twice: ${edge} has ${has} connections of ${atMost}`;
      if (this.#forgotten.has(edge)) yield `came back: ${edge} was forgotten`;
    }
  }

  *#undecided(decisions: ReadonlyMap<string, string>): Generator<string> {
    for (const [workload, documents] of this.#decided) {
      const has = decisions.get(workload) ?? "";
      if (!documents.includes(has)) yield `decision lost: ${workload} has ${has} in place of ${documents.join(" or ")}`;
    }
  }
}

/** As told connections name their edge. */
export function idOf({ source, target, protocol, port }: Graph["edges"][number]): string {
  return `${source}|${target}|${protocol}|${port}`;
}
