import { type TrackedConnection, type TrackedView, UNSEEN } from "./tracked.ts";
import { hasSameClient, hasSameServerAddress } from "./view-ends.ts";

/**
 * When are two five-tuples views of one connection? NAT and routers rewrite addresses and ports and lower
 * the hop limit, but leave sequence numbers, tags, the IP id and the TCP timestamp alone.
 */

/** Whether `view` is one more view of the `other` connection, whose client chose the same token; views of one packet are no farther apart than `joinUs`. */
export type IsSame = (view: TrackedView, other: TrackedConnection, joinUs: number) => boolean;

/** Whether `view` shows the very first packet (a SYN, an INIT, a datagram) of a connection that another view shows. */
export function isSameFirstPacket(view: TrackedView, other: TrackedConnection, joinUs: number): boolean {
  if (Math.abs(view.connection.startUs - other.startUs) > joinUs || other.phase === "gone") return false;
  // With neither an IP id nor a timestamp a bare token is too weak: scanners use one for many targets.
  if (view.ipId === 0 && view.timestamp === 0) return false;
  return other.views.some(
    (known) =>
      known.protocol === view.protocol &&
      known.ipId === view.ipId &&
      known.timestamp === view.timestamp &&
      // A packet that was forwarded has lost hops; one that has not is another packet that looks alike.
      known.clientHops !== view.clientHops,
  );
}

/**
 * Whether both tokens are those of another connection. The pair is 64 random bits where both ends are real,
 * but not in made-up traffic: so that the views must also differ in hops, or only in the server's address,
 * as DNAT makes them.
 */
export function isSamePair(view: TrackedView, other: TrackedConnection, joinUs: number): boolean {
  if (other.serverToken === UNSEEN || other.serverToken !== view.serverToken || other.phase === "gone") return false;
  const { endUs } = view.connection; // when the server's yes was seen in this view
  if (Math.abs(endUs - other.startUs) > joinUs && Math.abs(endUs - other.agreedUs) > joinUs) return false;
  return other.views.some(
    (known) =>
      known.protocol === view.protocol &&
      (hasOtherHops(known, view) ||
        (hasSameClient(known.ends, view.ends) && !hasSameServerAddress(known.ends, view.ends))),
  );
}

/**
 * Whether `view` shows the segment by which another connection, joined late as well, was first known: the same
 * two numbers of TCP, which NAT leaves alone, with other hops, or with another address at one end only.
 */
export function isSameLateSegment(view: TrackedView, other: TrackedConnection, joinUs: number): boolean {
  if (other.phase !== "joined late" || other.serverToken !== view.serverToken) return false;
  if (Math.abs(view.connection.startUs - other.startUs) > joinUs) return false;
  return other.views.some(
    (known) =>
      known.protocol === view.protocol &&
      (hasOtherHops(known, view) ||
        hasSameClient(known.ends, view.ends) !== hasSameServerAddress(known.ends, view.ends)),
  );
}

function hasOtherHops(a: TrackedView, b: TrackedView): boolean {
  if (a.clientHops > 0 && b.clientHops > 0) return a.clientHops !== b.clientHops;
  return a.serverHops > 0 && b.serverHops > 0 && a.serverHops !== b.serverHops;
}
