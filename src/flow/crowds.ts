import { AgeList } from "./age-list.ts";
import type { FlowSettings } from "./flow-settings.ts";
import { ServerPressure } from "./server-pressure.ts";
import type { Crowd, TrackedConnection, TrackedView } from "./tracked.ts";

/**
 * All connections of the table by how far they are believed, oldest first, and what that says of their
 * servers: who must go when there is no room, and when silence is no sign of an answer.
 */
export class Crowds {
  readonly #lists: Readonly<Record<Crowd, AgeList<TrackedConnection>>> = {
    unproven: new AgeList(),
    doubted: new AgeList(),
    inferred: new AgeList(),
    proven: new AgeList(),
  };
  readonly #settings: FlowSettings;
  readonly #pressure: ServerPressure;

  constructor(settings: FlowSettings, seed: number) {
    this.#settings = settings;
    this.#pressure = new ServerPressure(seed);
  }

  /** Of those that are yet to be told. */
  get size(): number {
    const { unproven, doubted, inferred, proven } = this.#lists;
    return unproven.size + doubted.size + inferred.size + proven.size;
  }

  /** Half of all places at most are for connections whose beginning was not seen. */
  get hasRoomForInferred(): boolean {
    return this.#lists.inferred.size < this.#settings.maxConnections / 2;
  }

  /** A new connection, with the view under which it is first known. */
  add(connection: TrackedConnection, view: TrackedView): void {
    this.#lists.unproven.add(connection);
    this.#pressure.add(view);
  }

  move(connection: TrackedConnection, crowd: Crowd): void {
    this.remove(connection);
    connection.crowd = crowd;
    this.#lists[crowd].add(connection);
    if (crowd === "unproven") this.#pressure.add(connection.views[0]!);
  }

  remove(connection: TrackedConnection): void {
    this.#lists[connection.crowd].remove(connection);
    if (connection.crowd === "unproven") this.#pressure.remove(connection.views[0]!);
  }

  /** Who has to go, if there are too many. The unproven have a bound of their own, so that a flood does not push out the proven. */
  surplus(): TrackedConnection | undefined {
    const { maxConnections, maxUnproven } = this.#settings;
    const { unproven, doubted, inferred, proven } = this.#lists;
    if (unproven.size > maxUnproven) return unproven.oldest;
    if (inferred.size > maxConnections / 2) return inferred.oldest;
    if (this.size <= maxConnections) return undefined;
    return doubted.oldest ?? inferred.oldest ?? proven.oldest ?? unproven.oldest;
  }

  /** The server has had to ask again. */
  noteRepeat(view: TrackedView, timeUs: number): void {
    this.#pressure.noteRepeat(view, timeUs);
  }

  /** Whether the server's silence proves nothing: it may be answering with SYN cookies, which are never repeated. */
  isSilenceEmpty(connection: TrackedConnection, nowUs: number): boolean {
    const { overloadUnproven, pressureUnproven, pressureUs } = this.#settings;
    if (this.#lists.unproven.size > overloadUnproven) return true;
    return connection.views.some((view) => this.#pressure.isDoubtful(view, nowUs, pressureUnproven, pressureUs));
  }

  /** All that are yet to be told. */
  all(): TrackedConnection[] {
    const { unproven, doubted, inferred, proven } = this.#lists;
    return [unproven, doubted, inferred, proven].flatMap((list) => [...list]);
  }
}
