import { uint16 } from "./octets.ts";

/** RFC 8446, 5.1 and 4; the record layer's version says 3.1 to 3.3 in all of them. */
export const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const RECORD_HEADER_OCTETS = 5;
const HANDSHAKE_HEADER_OCTETS = 4;
/** Version and random. */
const FIXED_OCTETS = 34;
/** RFC 6066, 3. */
const SERVER_NAME = 0;
const HOST_NAME = 0;
/** RFC 1035, 2.3.4. */
const MAX_NAME_OCTETS = 253;

/** `more`: it is a ClientHello as far as it goes, and the name may be in what has yet to come. */
export type ServerNameOutcome =
  { readonly kind: "name"; readonly name: string } | { readonly kind: "none" } | { readonly kind: "more" };

const NONE: ServerNameOutcome = { kind: "none" };
const MORE: ServerNameOutcome = { kind: "more" };

/** The server name that a ClientHello in `[start, end)` asks for, lower case. Any octets will do. */
export function decodeServerName(bytes: Uint8Array, start: number, end: number): ServerNameOutcome {
  if (!isClientHello(bytes, start, end)) return NONE;
  const recordEnd = start + RECORD_HEADER_OCTETS + uint16(bytes, start + 3);
  const seenEnd = Math.min(recordEnd, end);
  const outcome = findServerName(bytes, afterCompression(bytes, start, seenEnd), seenEnd);
  return outcome.kind === "more" && seenEnd === recordEnd ? NONE : outcome;
}

function isClientHello(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < RECORD_HEADER_OCTETS + HANDSHAKE_HEADER_OCTETS) return false;
  return bytes[start] === HANDSHAKE_RECORD && bytes[start + 1] === 3 && bytes[start + 5] === CLIENT_HELLO;
}

/** Where the extensions' length stands: behind session id, cipher suites and compression methods. Past the end where those are not all there. */
function afterCompression(bytes: Uint8Array, start: number, end: number): number {
  const sessionId = start + RECORD_HEADER_OCTETS + HANDSHAKE_HEADER_OCTETS + FIXED_OCTETS;
  if (sessionId >= end) return end;
  const cipherSuites = sessionId + 1 + bytes[sessionId]!;
  if (cipherSuites + 2 > end) return end;
  const compression = cipherSuites + 2 + uint16(bytes, cipherSuites);
  return compression >= end ? end : compression + 1 + bytes[compression]!;
}

/** Extensions follow one another: each is four octets at least, so that there is an end. */
function findServerName(bytes: Uint8Array, extensions: number, end: number): ServerNameOutcome {
  for (let at = extensions + 2; at + 4 <= end; at += 4 + uint16(bytes, at + 2)) {
    if (uint16(bytes, at) !== SERVER_NAME) continue;
    return at + 4 + uint16(bytes, at + 2) > end ? MORE : readHostName(bytes, at + 4, at + 4 + uint16(bytes, at + 2));
  }
  return MORE;
}

/** The list has one entry in practice (RFC 8446, 4.2 and RFC 6066, 3): only the first is read. */
function readHostName(bytes: Uint8Array, start: number, end: number): ServerNameOutcome {
  if (end - start < 5 || bytes[start + 2] !== HOST_NAME) return NONE;
  const length = uint16(bytes, start + 3);
  if (length === 0 || length > MAX_NAME_OCTETS || start + 5 + length > end) return NONE;
  const name = Buffer.from(bytes.subarray(start + 5, start + 5 + length))
    .toString("latin1")
    .toLowerCase();
  return isHostName(name) ? { kind: "name", name: name.replace(/\.$/u, "") } : NONE;
}

/** Letters, digits, hyphens and what is seen beside them; a literal address is not allowed (RFC 6066, 3). */
function isHostName(name: string): boolean {
  return /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?$/u.test(name) && !/^[\d.]+$/u.test(name);
}
