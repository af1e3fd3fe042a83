import type { TransportProtocol } from "./connection.ts";
import { TrackedConnection, TrackedView } from "./tracked.ts";

/** What is kept at hand of either kind. More is left to the garbage collector, so that a flood's memory is given back. */
const MAX_SPARE = 16_384;

/**
 * Connections and views of the table, used again for others when they are forgotten. Where thousands of connections
 * come and go each second, each would be old to V8 when it is dropped, so that collecting them was a third of all
 * work and most of the memory: docs/performance.md. Nobody may hold on to one beyond `free`, unless it bears `isKept`.
 */
export class TrackedPool {
  readonly #connections: TrackedConnection[] = [];
  readonly #views: TrackedView[] = [];
  #serial = 0;
  /** What all ids begin with: when the first connection was seen, which tells this table from others. */
  #era: string | undefined;

  takeConnection(protocol: TransportProtocol, timeUs: number): TrackedConnection {
    this.#era ??= timeUs.toString(36);
    const connection = this.#connections.pop() ?? new TrackedConnection();
    connection.reset(protocol, timeUs);
    connection.era = this.#era;
    connection.serial = this.#serial++;
    return connection;
  }

  takeView(protocol: number, connection: TrackedConnection): TrackedView {
    const view = this.#views.pop() ?? new TrackedView(connection);
    view.reset(protocol, connection);
    return view;
  }

  /** The connection is out of the table; its views have gone before it, or to others. */
  freeConnection(connection: TrackedConnection): void {
    if (!connection.isKept && this.#connections.length < MAX_SPARE) this.#connections.push(connection);
  }

  freeView(view: TrackedView): void {
    view.serial += 1; // who remembers it by its serial sees that it is no more
    if (!view.isKept && this.#views.length < MAX_SPARE) this.#views.push(view);
  }
}
