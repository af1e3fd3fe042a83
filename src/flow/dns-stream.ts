import { LRUCache } from "lru-cache";
import { type DnsAnswer, decodeDnsResponse } from "../packet/dns.ts";
import type { Headers } from "../packet/headers.ts";
import { StreamStart } from "./stream-start.ts";
import { type TrackedConnection, UNSEEN } from "./tracked.ts";

/** Connections whose answers are put together at once; few are, since most answers are one segment. */
const MAX_STREAMS = 256;
/** RFC 1035, 4.2.2: each message is led by its length. */
const LENGTH_OCTETS = 2;
const HEADER_OCTETS = 12;

/** In: what DNS servers send over TCP. Out: their answers. */
export class DnsStreams {
  readonly #streams = new LRUCache<TrackedConnection, StreamStart>({ max: MAX_STREAMS });

  /** Answers that are whole with this segment, which the server of the connection sent. */
  add(connection: TrackedConnection, headers: Headers, bytes: Uint8Array): readonly DnsAnswer[] {
    const { payloadStart, payloadEnd, payloadLength } = headers;
    const isCut = payloadEnd - payloadStart < payloadLength;
    const stream = this.#streams.get(connection) ?? this.#begin(connection, headers);
    const isKept = !isCut && stream.add(headers.tcpSequence, bytes.subarray(payloadStart, payloadEnd));
    const answers = isKept ? takeAnswers(stream) : undefined;
    if (answers === undefined) this.#streams.delete(connection);
    return answers ?? [];
  }

  /** At the server's first octet, or where what is seen begins: that may be amidst a message, and shows. */
  #begin(connection: TrackedConnection, headers: Headers): StreamStart {
    const first = (connection.serverToken + 1) >>> 0;
    const isNear = connection.serverToken !== UNSEEN && (headers.tcpSequence - first) >>> 0 < 2 ** 14;
    const stream = new StreamStart(isNear ? first : headers.tcpSequence);
    connection.isKept = true;
    this.#streams.set(connection, stream);
    return stream;
  }
}

/** Undefined where it is no DNS. */
function takeAnswers(stream: StreamStart): DnsAnswer[] | undefined {
  const answers: DnsAnswer[] = [];
  while (stream.bytes.length >= LENGTH_OCTETS) {
    const { bytes } = stream;
    const end = LENGTH_OCTETS + ((bytes[0]! << 8) | bytes[1]!);
    if (end < LENGTH_OCTETS + HEADER_OCTETS) return undefined;
    if (bytes.length < end) break;
    const answer = decodeDnsResponse(bytes, LENGTH_OCTETS, end);
    if (answer !== undefined) answers.push(answer);
    stream.take(end);
  }
  return answers;
}
