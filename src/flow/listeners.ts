import { LRUCache } from "lru-cache";
import type { Endpoint } from "./connection.ts";

/** Enough for every listening port of a crowded node; the least used is forgotten. */
const MAX_LISTENERS = 16_384;

/** Servers that were seen to take a connection: they tell the direction of one whose handshake was missed. */
export class Listeners {
  readonly #seen = new LRUCache<string, true>({ max: MAX_LISTENERS });

  add(protocol: string, server: Endpoint): void {
    this.#seen.set(`${protocol} ${server.ip} ${server.port}`, true);
  }

  has(protocol: string, end: Endpoint): boolean {
    return this.#seen.get(`${protocol} ${end.ip} ${end.port}`) !== undefined;
  }
}
