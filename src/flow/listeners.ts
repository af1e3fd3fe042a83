import { LRUCache } from "lru-cache";
import type { Endpoint, InferredFrom, TransportProtocol } from "./connection.ts";

/** Enough for every address that pods of a crowded node talk to; the least used is forgotten. */
const MAX_ADDRESSES = 8_192;
/** Ports of one address; past it, it begins anew. */
const MAX_PORTS = 512;
const PORTS = 65_536;

/** Servers that were seen to take a connection, or that listen on this node: they tell the direction of one whose handshake was missed. */
export class Listeners {
  #sockets: ReadonlySet<string> = new Set();
  /** By address: its ports, of each protocol in a range of its own. */
  readonly #seen = new LRUCache<string, Set<number>>({ max: MAX_ADDRESSES });

  add(protocol: TransportProtocol, { ip, port }: Endpoint): void {
    const ports = this.#seen.get(ip);
    if (ports === undefined || ports.size >= MAX_PORTS) this.#seen.set(ip, new Set([numberOf(protocol, port)]));
    else ports.add(numberOf(protocol, port));
  }

  /** The listening sockets of this node, instead of those known before. */
  replaceSockets(protocol: TransportProtocol, sockets: readonly Endpoint[]): void {
    this.#sockets = new Set(sockets.map((socket) => keyOf(protocol, socket)));
  }

  /** How it is known that this end takes connections, if it is. */
  whyListening(protocol: TransportProtocol, end: Endpoint): InferredFrom | undefined {
    if (this.#seen.get(end.ip)?.has(numberOf(protocol, end.port)) === true) return "listener";
    return this.#sockets.has(keyOf(protocol, end)) ? "socket" : undefined;
  }
}

function numberOf(protocol: TransportProtocol, port: number): number {
  if (protocol === "TCP") return port;
  return protocol === "UDP" ? PORTS + port : 2 * PORTS + port;
}

function keyOf(protocol: string, { ip, port }: Endpoint): string {
  return `${protocol} ${ip} ${port}`;
}
