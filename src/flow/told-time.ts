import type { FlowEvent } from "./connection.ts";

/** The same event with its times moved by so many microseconds. */
export function movedBy(us: number, event: FlowEvent): FlowEvent {
  switch (event.kind) {
    case "opened":
    case "closed": {
      const { startUs, endUs } = event.connection;
      return { ...event, connection: { ...event.connection, startUs: startUs + us, endUs: endUs + us } };
    }
    case "named":
      return { kind: event.kind, named: { ...event.named, timeUs: event.named.timeUs + us } };
    case "resolved":
      return { kind: event.kind, resolved: { ...event.resolved, timeUs: event.resolved.timeUs + us } };
    case "status":
      return event;
  }
}
