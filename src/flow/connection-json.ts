import type { Connection } from "./connection.ts";

/** The public JSON form of a connection: what `weir flows` prints a line each. Times are RFC 3339 in UTC, with microseconds. */
export interface ConnectionJson extends Omit<Connection, "startUs" | "endUs"> {
  readonly start: string;
  readonly end: string;
}

export function toConnectionJson(connection: Connection): ConnectionJson {
  const { id, protocol, client, server, direction, outcome, bytes, startUs, endUs, nat } = connection;
  return {
    id,
    protocol,
    client,
    server,
    ...(direction === undefined ? {} : { direction }),
    outcome,
    bytes,
    start: rfc3339(startUs),
    end: rfc3339(endUs),
    nat,
  };
}

/** RFC 3339, 5.6, with six digits of a second's fraction. */
export function rfc3339(timeUs: number): string {
  const milliseconds = Math.floor(timeUs / 1000);
  const microseconds = String(timeUs - milliseconds * 1000).padStart(3, "0");
  return new Date(milliseconds).toISOString().replace("Z", `${microseconds}Z`);
}
