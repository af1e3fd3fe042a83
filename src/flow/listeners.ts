import { LRUCache } from "lru-cache";
import type { Endpoint, InferredFrom } from "./connection.ts";

/** Enough for every listening port of a crowded node; the least used is forgotten. */
const MAX_LISTENERS = 16_384;

/** Servers that were seen to take a connection, or that listen on this node: they tell the direction of one whose handshake was missed. */
export class Listeners {
  #sockets: ReadonlySet<string> = new Set();
  readonly #seen = new LRUCache<string, true>({ max: MAX_LISTENERS });

  add(protocol: string, server: Endpoint): void {
    this.#seen.set(keyOf(protocol, server), true);
  }

  /** The listening sockets of this node, instead of those known before. */
  replaceSockets(protocol: string, sockets: readonly Endpoint[]): void {
    this.#sockets = new Set(sockets.map((socket) => keyOf(protocol, socket)));
  }

  /** How it is known that this end takes connections, if it is. */
  whyListening(protocol: string, end: Endpoint): InferredFrom | undefined {
    const key = keyOf(protocol, end);
    if (this.#seen.get(key) !== undefined) return "listener";
    return this.#sockets.has(key) ? "socket" : undefined;
  }
}

function keyOf(protocol: string, { ip, port }: Endpoint): string {
  return `${protocol} ${ip} ${port}`;
}
