/**
 * While a packet is decoded, the payload fields of its Headers hold what no layer has read yet: each checks that its
 * header is there, reads it, and takes it off the front. So every layer has the same two parameters and makes no garbage.
 */
import type { Headers } from "./headers.ts";

/** Why the next `length` octets can't be read, if they can't: the packet has not that many, or its capture has not. */
export function missing(headers: Headers, length: number): "malformed" | "truncated" | undefined {
  if (headers.payloadLength < length) return "malformed";
  return headers.payloadEnd - headers.payloadStart < length ? "truncated" : undefined;
}

/** Takes a header of this many octets off the front, the last of which may not have been captured. */
export function takeHeader(headers: Headers, length: number): void {
  headers.payloadStart = Math.min(headers.payloadStart + length, headers.payloadEnd);
  headers.payloadLength -= length;
}

/** Lets the payload end where its own length field says, which leaves out the padding of the layer below. */
export function setPayloadLength(headers: Headers, length: number): void {
  headers.payloadLength = length;
  headers.payloadEnd = Math.min(headers.payloadEnd, headers.payloadStart + length);
}
