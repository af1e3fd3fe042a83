import type { Headers } from "../packet/headers.ts";
import { ToldConnections } from "./told-connections.ts";
import type { TrackedConnection, TrackedView } from "./tracked.ts";
import type { TrackedPool } from "./tracked-pool.ts";
import { setEnds } from "./view-ends.ts";
import { ViewIndex } from "./view-index.ts";

/** The five-tuples of the connections that are known at this moment, and of those that were told a short while ago. */
export class KnownViews {
  readonly #index: ViewIndex;
  readonly #told = new ToldConnections();
  readonly #pool: TrackedPool;

  /** `seed`: of the hash, from a random source. */
  constructor(seed: number, pool: TrackedPool) {
    this.#index = new ViewIndex(seed);
    this.#pool = pool;
  }

  find(headers: Headers): TrackedView | undefined {
    return this.#index.find(headers);
  }

  /** The view whose packet an ICMP error quotes. */
  findQuoted(headers: Headers): TrackedView | undefined {
    return this.#index.findQuoted(headers);
  }

  /** One whose sender of this packet is the client, or the server; the caller tells the connection of it. */
  add(connection: TrackedConnection, headers: Headers, sender: "client" | "server"): TrackedView {
    const view = this.#pool.takeView(headers.protocol, connection);
    setEnds(view.ends, headers, sender);
    if (sender === "client") view.clientHops = headers.hopLimit;
    else view.serverHops = headers.hopLimit;
    this.#index.add(view);
    return view;
  }

  /** Forgets the views of a connection, which is out of the table. */
  drop({ views }: TrackedConnection): void {
    for (const view of views) {
      this.#index.remove(view);
      this.#pool.freeView(view);
    }
  }

  /** What still comes of this connection until then is a straggler. */
  noteTold({ views, clientToken }: TrackedConnection, untilUs: number): void {
    for (const { hash } of views) this.#told.note(hash, clientToken, untilUs);
  }

  /** Whether a packet between ends that are not known is of a connection that was told a short while ago. */
  isStraggler(headers: Headers): boolean {
    return this.#told.has(this.#index.hashOf(headers), headers.timeUs);
  }

  /** The same, where the packet tells what its connection's client had chosen: it may begin another between these ends. */
  isStragglerOf(headers: Headers, clientToken: number): boolean {
    return this.#told.hasWithToken(this.#index.hashOf(headers), clientToken, headers.timeUs);
  }
}
