import { TcpFlag } from "./headers.ts";
import type { Headers, Unreadable } from "./headers.ts";
import { uint16, uint32 } from "./octets.ts";
import { missing, takeHeader } from "./payload.ts";

/** Without options; RFC 9293, 3.1. */
const HEADER_OCTETS = 20;
/** Up to the flags: what a snapshot length must have left. */
const NEEDED_OCTETS = 14;

const Option = { END: 0, NO_OPERATION: 1, TIMESTAMPS: 8 } as const;
const TIMESTAMPS_OCTETS = 10;

export function decodeTcp(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  const absent = missing(headers, NEEDED_OCTETS);
  if (absent !== undefined) return absent;
  const start = headers.payloadStart;
  const headerLength = (bytes[start + 12]! >> 4) * 4;
  if (headerLength < HEADER_OCTETS || headerLength > headers.payloadLength) return "malformed";
  headers.sourcePort = uint16(bytes, start);
  headers.destinationPort = uint16(bytes, start + 2);
  headers.tcpSequence = uint32(bytes, start + 4);
  headers.tcpAcknowledgment = uint32(bytes, start + 8);
  headers.tcpFlags = bytes[start + 13]!;
  takeHeader(headers, headerLength);
  const isSyn = (headers.tcpFlags & TcpFlag.SYN) !== 0;
  headers.tcpTimestamp = isSyn ? timestamp(bytes, start + HEADER_OCTETS, headers.payloadStart) : 0;
  return undefined;
}

/** TSval of the first timestamps option (RFC 7323, 3.2) in `[from, end)`, 0 if there is none or an option lies. */
function timestamp(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at + TIMESTAMPS_OCTETS <= end;) {
    const kind = bytes[at]!;
    if (kind === Option.END) return 0;
    const length = kind === Option.NO_OPERATION ? 1 : bytes[at + 1]!;
    if (kind === Option.TIMESTAMPS && length === TIMESTAMPS_OCTETS) return uint32(bytes, at + 2);
    if (length === 0 || (length === 1 && kind !== Option.NO_OPERATION)) return 0;
    at += length;
  }
  return 0;
}
