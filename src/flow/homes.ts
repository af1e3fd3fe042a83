import { addressText } from "../packet/address.ts";

/**
 * Multi-homing (RFC 9260, 5.1.2): the addresses that each side of an SCTP association has told as its own in INIT and
 * INIT ACK, four words each, MAX_SCTP_ADDRESSES of them at most. Between any two of them there may be a path.
 */
export interface Homes {
  client: Uint32Array;
  server: Uint32Array;
}

/** The addresses as texts, each once, without the one by which the side is known. */
export function otherHomes(homes: Uint32Array, known: string): readonly string[] {
  const texts = new Set<string>();
  for (let home = 0; home < homes.length; home += 4) texts.add(addressText(homes, home));
  texts.delete(known);
  return [...texts];
}
