import { type TrackedConnection, type TrackedSide, UNSEEN } from "./tracked.ts";
import { exchangeEnds } from "./view-ends.ts";

/** All views of `own` become views of `other`, with what they alone have shown. */
export function joinViews(own: TrackedConnection, other: TrackedConnection): void {
  other.startUs = Math.min(other.startUs, own.startUs);
  other.endUs = Math.max(other.endUs, own.endUs);
  other.isKept ||= own.isKept;
  other.homes ??= own.homes;
  addEvidence(own.client, other.client);
  addEvidence(own.server, other.server);
  for (const moved of own.views) {
    moved.connection = other;
    other.views.push(moved);
  }
}

/** Makes the ends change places in all views: who was taken for the client is the server. */
export function exchangeSides(connection: TrackedConnection): void {
  for (const view of connection.views) {
    exchangeEnds(view.ends);
    [view.clientHops, view.serverHops] = [view.serverHops, view.clientHops];
  }
  [connection.client, connection.server] = [connection.server, connection.client];
}

function addEvidence(own: TrackedSide, other: TrackedSide): void {
  if (other.earlyAcknowledgment === UNSEEN) other.earlyAcknowledgment = own.earlyAcknowledgment;
  if (!own.hasFin || other.hasFin || other.reach === UNSEEN) return;
  const ahead = (own.reach - other.reach) | 0;
  if (ahead > 0) other.octets += ahead;
  other.reach = own.reach;
  other.hasFin = true;
}
