import { LRUCache } from "lru-cache";
import type { Headers } from "../packet/headers.ts";
import { decodeServerName, HANDSHAKE_RECORD } from "../packet/tls.ts";
import { StreamStart } from "./stream-start.ts";
import type { TrackedConnection } from "./tracked.ts";

/** ClientHellos of which a part has yet to come. */
const MAX_STREAMS = 256;

/** In: the first segments that clients send. Out: the TLS server name that they ask for, once a connection. */
export class ClientHellos {
  readonly #streams = new LRUCache<TrackedConnection, StreamStart>({ max: MAX_STREAMS });

  /** The name, if it is whole with this segment of the connection's client. */
  add(connection: TrackedConnection, headers: Headers, bytes: Uint8Array): string | undefined {
    const begun = this.#streams.get(connection);
    if (begun === undefined && bytes[headers.payloadStart] !== HANDSHAKE_RECORD) {
      connection.hasGreeted = true; // in something else than TLS
      return undefined;
    }
    const piece = bytes.subarray(headers.payloadStart, headers.payloadEnd);
    const stream = begun ?? new StreamStart(headers.tcpSequence);
    const isKept = stream.add(headers.tcpSequence, piece) && piece.length === headers.payloadLength;
    const outcome = decodeServerName(stream.bytes, 0, stream.bytes.length);
    connection.hasGreeted = outcome.kind !== "more" || !isKept;
    if (connection.hasGreeted) this.#streams.delete(connection);
    else if (begun === undefined) {
      connection.isKept = true;
      this.#streams.set(connection, stream);
    }
    return outcome.kind === "name" ? outcome.name : undefined;
  }
}
