import type { TrackedConnection, TrackedView } from "./tracked.ts";
import { UNSEEN } from "./tracked.ts";

/**
 * When are two five-tuples views of one connection? NAT and routers rewrite addresses and ports and lower
 * the hop limit, but leave sequence numbers, tags, the IP id and the TCP timestamp alone.
 */

/** Whether `view` shows the very first packet (a SYN, an INIT, a datagram) of a connection that another view shows. */
export function isSameFirstPacket(
  view: TrackedView,
  other: TrackedConnection,
  timeUs: number,
  joinUs: number,
): boolean {
  if (Math.abs(timeUs - other.startUs) > joinUs || other.phase === "gone") return false;
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
export function isSamePair(view: TrackedView, other: TrackedConnection, timeUs: number, joinUs: number): boolean {
  if (other.serverToken === UNSEEN || other.serverToken !== view.serverToken || other.phase === "gone") return false;
  if (Math.abs(timeUs - other.startUs) > joinUs && Math.abs(timeUs - other.agreedUs) > joinUs) return false;
  return other.views.some(
    (known) =>
      known.protocol === view.protocol &&
      (hasOtherHops(known, view) || (hasSharedClient(known, view) && !hasSharedServerAddress(known, view))),
  );
}

function hasOtherHops(a: TrackedView, b: TrackedView): boolean {
  if (a.clientHops > 0 && b.clientHops > 0) return a.clientHops !== b.clientHops;
  return a.serverHops > 0 && b.serverHops > 0 && a.serverHops !== b.serverHops;
}

/** Whether they have the same client address and port, as DNAT leaves them. */
export function hasSharedClient(a: TrackedView, b: TrackedView): boolean {
  return a.ends[8] === b.ends[8] && isSameAddress(a, b, 0);
}

function hasSharedServerAddress(a: TrackedView, b: TrackedView): boolean {
  return isSameAddress(a, b, 4);
}

function isSameAddress(a: TrackedView, b: TrackedView, offset: number): boolean {
  return (
    a.ends[offset + 3] === b.ends[offset + 3] &&
    a.ends[offset] === b.ends[offset] &&
    a.ends[offset + 1] === b.ends[offset + 1] &&
    a.ends[offset + 2] === b.ends[offset + 2]
  );
}
