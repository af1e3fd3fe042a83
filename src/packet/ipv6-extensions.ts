import type { Headers, Unreadable } from "./headers.ts";
import { uint16 } from "./octets.ts";
import { missing, takeHeader } from "./payload.ts";

/** https://www.iana.org/assignments/ipv6-parameters */
const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
export const AUTHENTICATION = 51;
export const NO_NEXT_HEADER = 59;
const DESTINATION_OPTIONS = 60;
const MOBILITY = 135;
const HOST_IDENTITY = 139;
const SHIM6 = 140;

/** RFC 8200, 4.1 foresees each of its kinds once and one of them twice, six in all; a longer chain only costs time. */
const MAX_EXTENSIONS = 8;
/** Every one has at least as many octets, and its length is within them. */
const LEAST_OCTETS = 8;
const FRAGMENT_OFFSET = 0xfff8;
const MORE_FRAGMENTS = 0x0001;

/** Takes the extension headers off the payload; `headers.protocol` is the first one's number, then what follows the last. */
export function takeExtensionHeaders(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  for (let count = 0; isExtension(headers.protocol); count++) {
    const fault = count === MAX_EXTENSIONS ? "malformed" : takeExtension(bytes, headers);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Takes off one, of the number that `headers.protocol` holds. */
export function takeExtension(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  const length = missing(headers, LEAST_OCTETS) ?? extensionLength(bytes, headers);
  if (typeof length !== "number") return length;
  const absent = missing(headers, length);
  if (absent !== undefined) return absent;
  const start = headers.payloadStart;
  const fragment = headers.protocol === FRAGMENT ? uint16(bytes, start + 2) : 0;
  headers.protocol = bytes[start]!;
  takeHeader(headers, length);
  if ((fragment & FRAGMENT_OFFSET) !== 0) return "fragment";
  if ((fragment & MORE_FRAGMENTS) !== 0) headers.isFirstFragment = true;
  return undefined;
}

/** The length field counts eight octets beyond the first eight; RFC 4302, 2.2 makes it four for authentication. */
function extensionLength(bytes: Uint8Array, headers: Headers): number {
  const units = bytes[headers.payloadStart + 1]!;
  if (headers.protocol === FRAGMENT) return LEAST_OCTETS;
  return headers.protocol === AUTHENTICATION ? (units + 2) * 4 : (units + 1) * 8;
}

function isExtension(protocol: number): boolean {
  switch (protocol) {
    case HOP_BY_HOP:
    case ROUTING:
    case FRAGMENT:
    case AUTHENTICATION:
    case DESTINATION_OPTIONS:
    case MOBILITY:
    case HOST_IDENTITY:
    case SHIM6:
      return true;
    default:
      return false;
  }
}
