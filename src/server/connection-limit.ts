import type { Server, Socket } from "node:net";
import { isLoopback } from "./listen-address.ts";
import type { HttpLimits } from "./http-limits.ts";

export type ConnectionLimits = Pick<HttpLimits, "connections" | "loopbackConnections" | "connectionsOfOne">;

/** Closes connections past the limits as they come, before TLS costs anything; counts those it closed. */
export class ConnectionLimit {
  readonly #limits: ConnectionLimits;
  readonly #open = new Map<string, number>();
  #total = 0;
  #refused = 0;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  get refused(): number {
    return this.#refused;
  }

  watch(server: Server): void {
    server.prependListener("connection", (socket: Socket) => this.#take(socket));
  }

  #take(socket: Socket): void {
    const whose = ownerOf(socket.remoteAddress ?? "");
    if (!this.#hasRoom(whose)) {
      this.#refused += 1;
      socket.destroy();
      return;
    }
    this.#total += 1;
    this.#open.set(whose, (this.#open.get(whose) ?? 0) + 1);
    socket.once("close", () => this.#release(whose));
  }

  #hasRoom(whose: string): boolean {
    const { connections, loopbackConnections, connectionsOfOne } = this.#limits;
    if (whose === LOOPBACK) return this.#total < connections;
    return this.#total < connections - loopbackConnections && (this.#open.get(whose) ?? 0) < connectionsOfOne;
  }

  #release(whose: string): void {
    this.#total -= 1;
    const left = (this.#open.get(whose) ?? 1) - 1;
    if (left === 0) this.#open.delete(whose);
    else this.#open.set(whose, left);
  }
}

const LOOPBACK = "loopback";

/** A socket that takes both families shows IPv4 addresses in IPv6's clothes. */
function ownerOf(remote: string): string {
  const address = remote.replace(/^::ffff:(?=\d+\.)/u, "");
  if (isLoopback(address)) return LOOPBACK;
  return address.includes(":") ? prefixOf(address) : address;
}

/** The first four groups, which `::` may have drawn together. */
function prefixOf(address: string): string {
  const [before = "", after] = address.split("%")[0]!.split("::");
  const head = before === "" ? [] : before.split(":");
  const tail = after === undefined || after === "" ? [] : after.split(":");
  const zeros = after === undefined ? 0 : 8 - head.length - tail.length;
  return [...head, ...Array.from({ length: zeros }, () => "0"), ...tail].slice(0, 4).join(":");
}
