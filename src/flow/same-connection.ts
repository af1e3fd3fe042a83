import { isOnlyPair } from "./token-index.ts";
import type { TrackedConnection, TrackedView } from "./tracked.ts";
import { hasSameAddresses, hasSameClient, hasSameServerAddress } from "./view-ends.ts";

/**
 * When are two five-tuples views of one connection? NAT and routers rewrite addresses and ports and lower
 * the hop limit, but leave sequence numbers, tags, the IP id and the TCP timestamp alone.
 */

/** Whether `view` shows the very first packet (a SYN, an INIT, a datagram) of a connection that another view shows. */
export function isSameFirstPacket(view: TrackedView, other: TrackedConnection, joinUs: number): boolean {
  if (other.phase === "gone" || !isTelling(view, other)) return false;
  return other.views.some(
    (known) =>
      known.protocol === view.protocol &&
      known.ipId === view.ipId &&
      known.timestamp === view.timestamp &&
      // A packet that was forwarded has lost hops; one that has not is another packet that looks alike.
      known.clientHops !== view.clientHops &&
      Math.abs(view.askedUs - known.askedUs) <= joinUs,
  );
}

/**
 * A bare token is too weak: scanners use one for many targets, and of many random IP ids two are soon the same.
 * Without a timestamp the id is believed only where no third connection has the token.
 */
function isTelling(view: TrackedView, other: TrackedConnection): boolean {
  if (view.timestamp !== 0) return true;
  return view.ipId !== 0 && isOnlyPair(view.connection, other);
}

/**
 * Whether both tokens are those of another connection. The pair is 64 random bits where both ends are real,
 * but not in made-up traffic: so that the views must also differ in hops, or only in the server's address,
 * as DNAT makes them, or both sides must have put the same timestamps on their first packets.
 */
export function isSamePair(view: TrackedView, other: TrackedConnection, joinUs: number): boolean {
  if (other.phase === "gone") return false;
  return other.views.some(
    (known) =>
      known.protocol === view.protocol &&
      known.serverToken === view.serverToken &&
      Math.abs(view.agreedUs - known.agreedUs) <= joinUs &&
      (hasOtherHops(known, view) || hasSameTimestamps(known, view) || isBeforeDnat(known, view)),
  );
}

/**
 * Whether `view` shows the segment by which another connection, joined late as well, was first known: the same
 * two numbers of TCP, which NAT leaves alone, with other hops, or with another address at one end only. Between the
 * same addresses NAT has nothing to change: there it is made-up traffic in which all numbers are equal.
 */
export function isSameLateSegment(view: TrackedView, other: TrackedConnection, joinUs: number): boolean {
  if (other.phase !== "joined late" || other.serverToken !== view.serverToken) return false;
  if (Math.abs(view.connection.startUs - other.startUs) > joinUs) return false;
  return other.views.some(
    (known) =>
      known.protocol === view.protocol &&
      !hasSameAddresses(known.ends, view.ends) &&
      (hasOtherHops(known, view) ||
        hasSameClient(known.ends, view.ends) !== hasSameServerAddress(known.ends, view.ends)),
  );
}

function hasOtherHops(a: TrackedView, b: TrackedView): boolean {
  if (a.clientHops > 0 && b.clientHops > 0) return a.clientHops !== b.clientHops;
  return a.serverHops > 0 && b.serverHops > 0 && a.serverHops !== b.serverHops;
}

/**
 * Linux begins each connection's timestamps at random: the same from both sides is the same connection, if NAT has
 * changed an address. (Somebody who copies a capture with other ports makes two.)
 */
function hasSameTimestamps(a: TrackedView, b: TrackedView): boolean {
  if (a.timestamp === 0 || a.serverTimestamp === 0 || hasSameAddresses(a.ends, b.ends)) return false;
  return a.timestamp === b.timestamp && a.serverTimestamp === b.serverTimestamp;
}

function isBeforeDnat(a: TrackedView, b: TrackedView): boolean {
  return hasSameClient(a.ends, b.ends) && !hasSameServerAddress(a.ends, b.ends);
}
