import type { FlowSettings } from "./flow-settings.ts";
import type { TrackedConnection } from "./tracked.ts";

const DNS_PORT = 53;

/** How long a connection may be silent, in microseconds, before it is taken to be over; infinity for an open TCP connection. */
export function idleUs(connection: TrackedConnection, settings: FlowSettings): number {
  if (connection.phase === "joined late" && !connection.isAlive) return settings.lateIdleUs;
  if (connection.protocol === "UDP") return udpIdleUs(connection, settings);
  if (connection.phase === "attempted") return settings.attemptUs;
  return connection.client.hasFin || connection.server.hasFin ? settings.halfClosedUs : Number.POSITIVE_INFINITY;
}

/** A DNS exchange is over with its answer: it is told once, when it is. */
export function isBrief({ protocol, views }: TrackedConnection): boolean {
  return protocol === "UDP" && views[0]!.ends[9] === DNS_PORT;
}

function udpIdleUs(connection: TrackedConnection, settings: FlowSettings): number {
  if (connection.phase === "attempted") return settings.udpUnansweredUs;
  return isBrief(connection) ? settings.dnsAnsweredUs : settings.udpAnsweredUs;
}
