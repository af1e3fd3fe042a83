import type { Headers, Unreadable } from "./headers.ts";
import { uint16, uint32 } from "./octets.ts";
import { missing, takeHeader } from "./payload.ts";
import { readSctpAddresses } from "./sctp-addresses.ts";

/** RFC 9260, 3.1 and 3.2. */
const COMMON_HEADER_OCTETS = 12;
const CHUNK_HEADER_OCTETS = 4;
/** Chunk header and the fixed parameters of INIT and INIT ACK; RFC 9260, 3.3.2 and 3.3.3. */
const LEAST_INIT_OCTETS = 20;

const ChunkType = { INIT: 1, INIT_ACK: 2 } as const;

/** Reads the common header and the first chunk: INIT and INIT ACK, which tell who opens, may have no other beside. */
export function decodeSctp(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  const absent = missing(headers, COMMON_HEADER_OCTETS + CHUNK_HEADER_OCTETS);
  if (absent !== undefined) return absent;
  const start = headers.payloadStart;
  headers.sourcePort = uint16(bytes, start);
  headers.destinationPort = uint16(bytes, start + 2);
  headers.sctpVerificationTag = uint32(bytes, start + 4);
  takeHeader(headers, COMMON_HEADER_OCTETS);
  return readChunk(bytes, headers);
}

function readChunk(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  const start = headers.payloadStart;
  const length = uint16(bytes, start + 2);
  headers.sctpChunkType = bytes[start]!;
  headers.sctpInitiateTag = 0;
  headers.sctpAddressCount = 0;
  if (headers.sctpChunkType !== ChunkType.INIT && headers.sctpChunkType !== ChunkType.INIT_ACK) {
    return length < CHUNK_HEADER_OCTETS ? "malformed" : undefined;
  }
  if (length < LEAST_INIT_OCTETS) return "malformed";
  const absent = missing(headers, CHUNK_HEADER_OCTETS + 4);
  if (absent !== undefined) return absent;
  headers.sctpInitiateTag = uint32(bytes, start + CHUNK_HEADER_OCTETS);
  readSctpAddresses(bytes, start + LEAST_INIT_OCTETS, Math.min(start + length, headers.payloadEnd), headers);
  return undefined;
}
