import type { Part } from "./part.ts";

/**
 * By which names this node's agent signs its parts: the node's, and its store's. A disk that gives nothing at the start
 * may give a store later, which has had another name all along: what was published until then bears the former one.
 */
export class PartAuthor {
  readonly node: string;
  #observer: string;
  readonly #observers: Set<string>;

  constructor(node: string, observer: string) {
    this.node = node;
    this.#observer = observer;
    this.#observers = new Set([observer]);
  }

  get observer(): string {
    return this.#observer;
  }

  rename(observer: string): void {
    this.#observer = observer;
    this.#observers.add(observer);
  }

  /** Whether it is this agent's own, whose content is known here better. */
  wrote({ node, observer }: Partial<Pick<Part, "node" | "observer">>): boolean {
    return node === this.node && observer !== undefined && this.#observers.has(observer);
  }
}
