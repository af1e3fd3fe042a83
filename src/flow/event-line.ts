import type { CaptureStatus, Connection, FlowEvent, ResolvedName } from "./connection.ts";
import { type ConnectionJson, toConnectionJson } from "./connection-json.ts";

/**
 * A flow event as one line of JSON: what `weir capture` writes and `weir agent` reads. A connection's line
 * is what `weir flows` prints, with `event` before it.
 */
export type EventLine =
  | ({ readonly event: "opened" | "closed" } & ConnectionJson)
  | ({ readonly event: "resolved" } & ResolvedName)
  | ({ readonly event: "status" } & CaptureStatus);

export function encodeEvent(event: FlowEvent): string {
  switch (event.kind) {
    case "opened":
    case "closed":
      return `${JSON.stringify({ event: event.kind, ...toConnectionJson(event.connection) })}\n`;
    case "resolved":
      return `${JSON.stringify({ event: event.kind, ...event.resolved })}\n`;
    case "status":
      return `${JSON.stringify({ event: event.kind, ...event.status })}\n`;
  }
}

/** Throws SyntaxError on what is not such a line. */
export function decodeEvent(line: string): FlowEvent {
  const { event, ...rest } = JSON.parse(line) as EventLine;
  switch (event) {
    case "opened":
    case "closed":
      return { kind: event, connection: fromConnectionJson(rest as ConnectionJson) };
    case "resolved":
      return { kind: event, resolved: rest as ResolvedName };
    case "status":
      return { kind: event, status: rest as CaptureStatus };
    default:
      throw new SyntaxError(`unknown event ${JSON.stringify(event)}`);
  }
}

function fromConnectionJson({ start, end, ...rest }: ConnectionJson): Connection {
  return { ...rest, startUs: microseconds(start), endUs: microseconds(end) };
}

/** Of the form that rfc3339() writes: Date.parse reads milliseconds, the last three digits are ours. */
function microseconds(text: string): number {
  const timeUs = Date.parse(`${text.slice(0, 23)}Z`) * 1000 + Number(text.slice(23, 26));
  if (Number.isNaN(timeUs)) throw new SyntaxError(`not a time: ${JSON.stringify(text)}`);
  return timeUs;
}
