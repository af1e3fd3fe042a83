import type { CaptureStatus, Connection, FlowEvent, ResolvedName, ServerName } from "./connection.ts";
import { type ConnectionJson, writeConnection } from "./connection-json.ts";
import type { JsonOctets } from "./json-octets.ts";
import { parseRfc3339 } from "./rfc3339.ts";

/**
 * A flow event as one line of JSON: what `weir capture` writes and `weir agent` reads. A connection's line
 * is what `weir flows` prints, with `event` before it.
 */
export type EventLine =
  | ({ readonly event: "opened" } & ConnectionJson)
  | ({ readonly event: "closed"; readonly endUnseen?: true } & ConnectionJson)
  | ({ readonly event: "resolved" } & ResolvedName)
  | ({ readonly event: "named" } & ServerName)
  | ({ readonly event: "status" } & CaptureStatus);

/** No line is longer: of a connection all is bounded, and the longest DNS answer that fits a packet stays below. */
export const MAX_LINE_OCTETS = 256 * 1024;

export function writeEvent(event: FlowEvent, json: JsonOctets): void {
  switch (event.kind) {
    case "opened":
    case "closed":
      json.ascii(event.kind === "opened" ? '{"event":"opened",' : '{"event":"closed",');
      if (event.kind === "closed" && event.endUnseen === true) json.ascii('"endUnseen":true,');
      writeConnection(event.connection, json);
      json.ascii("}\n");
      return;
    case "resolved":
      json.value({ event: event.kind, ...event.resolved });
      return json.ascii("\n");
    case "named":
      json.value({ event: event.kind, ...event.named });
      return json.ascii("\n");
    case "status":
      json.value({ event: event.kind, ...event.status });
      return json.ascii("\n");
  }
}

/** Throws SyntaxError on what is not such a line. */
export function decodeEvent(line: string): FlowEvent {
  const parsed = JSON.parse(line) as EventLine;
  switch (parsed.event) {
    case "opened":
      return { kind: "opened", connection: fromConnectionJson(parsed) };
    case "closed": {
      const connection = fromConnectionJson(parsed);
      return parsed.endUnseen === undefined
        ? { kind: "closed", connection }
        : { kind: "closed", connection, endUnseen: true };
    }
    case "resolved": {
      const { event: kind, ...resolved } = parsed;
      return { kind, resolved };
    }
    case "named": {
      const { event: kind, ...named } = parsed;
      return { kind, named };
    }
    case "status": {
      const { event: kind, ...status } = parsed;
      return { kind, status };
    }
    default:
      throw new SyntaxError(`unknown event ${JSON.stringify(parsed)}`);
  }
}

/** Member by member: with `...rest` V8 copies the object anew, which costs as much as reading it. */
function fromConnectionJson(json: ConnectionJson): Connection {
  if (isRare(json)) return fromRareJson(json);
  const { id, protocol, client, server, direction, outcome, bytes, nat } = json;
  const startUs = microseconds(json.start);
  const endUs = microseconds(json.end);
  if (direction === undefined) return { id, protocol, client, server, outcome, bytes, startUs, endUs, nat };
  return { id, protocol, client, server, direction, outcome, bytes, startUs, endUs, nat };
}

function isRare({ oneSided, inferredFrom, estimatedSince, multihomed }: ConnectionJson): boolean {
  return (oneSided ?? inferredFrom ?? estimatedSince ?? multihomed) !== undefined;
}

/** With what only few have. */
function fromRareJson(json: ConnectionJson): Connection {
  const {
    start,
    end,
    event: _event,
    endUnseen: _endUnseen,
    ...rest
  } = json as ConnectionJson & Partial<EventLine & { readonly endUnseen: true }>;
  return { ...rest, startUs: microseconds(start), endUs: microseconds(end) };
}

function microseconds(text: string): number {
  const timeUs = parseRfc3339(text);
  if (Number.isNaN(timeUs)) throw new SyntaxError(`not a time: ${JSON.stringify(text)}`);
  return timeUs;
}
