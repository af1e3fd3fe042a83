/**
 * One packet as libpcap or a savefile hands it over, before any header of it is read.
 *
 * A packet source owns a single Frame and overwrites it for the next packet: read it, never keep it,
 * and never keep `bytes`, of which only `[start, end)` belongs to this packet.
 */
export interface Frame {
  /** A LINKTYPE_ number, see link-type.ts. */
  linkType: number;
  /** Microseconds since 1970-01-01T00:00:00Z; finer timestamps are cut. */
  timeUs: number;
  bytes: Uint8Array;
  start: number;
  end: number;
  /** Octets the packet had on the wire; more than `end - start` where a snapshot length cut it. */
  originalLength: number;
}

export type FrameSink = (frame: Frame) => void;

/** One to overwrite. */
export function emptyFrame(bytes: Uint8Array): Frame {
  return { linkType: 0, timeUs: 0, bytes, start: 0, end: 0, originalLength: 0 };
}
