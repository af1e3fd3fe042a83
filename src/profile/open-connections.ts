import { LRUCache } from "lru-cache";
import type { Connection } from "../flow/connection.ts";
import type { CountedAt } from "./profile-record.ts";

/** More open connections than this on one node: the least used are forgotten, and counted again when they close. */
const MAX_OPEN = 65_536;

interface Open {
  readonly id: string;
  readonly counted: readonly CountedAt[];
}

/**
 * Connections that were counted when they opened, until they close. They are known by their ends: after a
 * restart of capture the end of one comes under another id, as a connection whose beginning was not seen.
 */
export class OpenConnections {
  readonly #byEnds: LRUCache<string, Open>;

  /** `onForgotten`: of one that was not taken, for want of room or since another has its ends now. */
  constructor(onForgotten: (counted: readonly CountedAt[]) => void) {
    this.#byEnds = new LRUCache({
      max: MAX_OPEN,
      dispose: ({ counted }, _ends, reason) => {
        if (reason !== "delete") onForgotten(counted);
      },
    });
  }

  add(connection: Connection, counted: readonly CountedAt[]): void {
    this.#byEnds.set(endsOf(connection), { id: connection.id, counted });
  }

  /** Where it was counted, once; undefined for one that was not. */
  take(connection: Connection): readonly CountedAt[] | undefined {
    if (this.#byEnds.size === 0) return undefined;
    const ends = endsOf(connection);
    const open = this.#byEnds.get(ends);
    if (open === undefined || (open.id !== connection.id && connection.outcome !== "inferred")) return undefined;
    this.#byEnds.delete(ends);
    return open.counted;
  }
}

/** The same whichever end was seen to speak first, since a connection joined late may not know. */
function endsOf({ protocol, client, server }: Connection): string {
  const isOrdered = client.ip < server.ip || (client.ip === server.ip && client.port <= server.port);
  const [a, b] = isOrdered ? [client, server] : [server, client];
  return `${protocol} ${a.ip} ${a.port} ${b.ip} ${b.port}`;
}
