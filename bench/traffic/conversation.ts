import { Flag, type Segment } from "./tcp-frame.ts";

export interface Ends {
  readonly client: number;
  readonly clientPort: number;
  readonly server: number;
  readonly serverPort: number;
  /** Initial sequence numbers. */
  readonly clientNumber: number;
  readonly serverNumber: number;
}

/** A segment of a conversation, by how many octets each side has sent before it; SYN and FIN count as one. */
export function fromClient(
  ends: Ends,
  flags: number,
  [sent, heard]: readonly [number, number],
  payloadOctets = 0,
): Segment {
  return {
    source: ends.client,
    destination: ends.server,
    sourcePort: ends.clientPort,
    destinationPort: ends.serverPort,
    sequence: (ends.clientNumber + sent) >>> 0,
    acknowledgment: (flags & Flag.ACK) === 0 ? 0 : (ends.serverNumber + heard) >>> 0,
    flags,
    payloadOctets,
  };
}

export function fromServer(
  ends: Ends,
  flags: number,
  [sent, heard]: readonly [number, number],
  payloadOctets = 0,
): Segment {
  return {
    source: ends.server,
    destination: ends.client,
    sourcePort: ends.serverPort,
    destinationPort: ends.clientPort,
    sequence: (ends.serverNumber + sent) >>> 0,
    acknowledgment: (ends.clientNumber + heard) >>> 0,
    flags,
    payloadOctets,
  };
}
