import type { Connection, Endpoint, View } from "./connection.ts";
import type { JsonOctets } from "./json-octets.ts";
import { rfc3339 } from "./rfc3339.ts";

/** The public JSON form of a connection: what `weir flows` prints a line each. Times are RFC 3339 in UTC, with microseconds. */
export interface ConnectionJson extends Omit<Connection, "startUs" | "endUs"> {
  readonly start: string;
  readonly end: string;
}

export function toConnectionJson(connection: Connection): ConnectionJson {
  const { id, protocol, client, server, direction, outcome, oneSided, inferredFrom, bytes, nat } = connection;
  const { startUs, endUs, estimatedSince, multihomed } = connection;
  return {
    id,
    protocol,
    client,
    server,
    ...(direction === undefined ? {} : { direction }),
    outcome,
    ...(oneSided === undefined ? {} : { oneSided }),
    ...(inferredFrom === undefined ? {} : { inferredFrom }),
    bytes,
    ...(estimatedSince === undefined ? {} : { estimatedSince }),
    start: rfc3339(startUs),
    end: rfc3339(endUs),
    nat,
    ...(multihomed === undefined ? {} : { multihomed }),
  };
}

/**
 * The members of the same object, without braces, for where every connection is written: no object and no string is
 * made on the way. Nothing in them needs an escape: ids, addresses and outcomes are ours.
 */
export function writeConnection(connection: Connection, json: JsonOctets): void {
  const { id, protocol, client, server, direction, outcome, startUs, endUs } = connection;
  json.ascii('"id":"');
  json.ascii(id);
  json.ascii('","protocol":"');
  json.ascii(protocol);
  json.ascii('",');
  writeEnds(client, server, json);
  if (direction !== undefined) json.ascii(',"direction":"unknown"');
  json.ascii(',"outcome":"');
  json.ascii(outcome);
  json.ascii('"');
  writeInference(connection, json);
  json.ascii(',"bytes":');
  writeBytes(connection.bytes, json);
  if (connection.estimatedSince !== undefined) json.ascii(`,"estimatedSince":"${connection.estimatedSince}"`);
  json.ascii(',"start":"');
  json.time(startUs);
  json.ascii('","end":"');
  json.time(endUs);
  json.ascii('","nat":[');
  writeViews(connection.nat, json);
  json.ascii("]");
  if (connection.multihomed !== undefined) json.ascii(`,"multihomed":${JSON.stringify(connection.multihomed)}`);
}

function writeInference({ oneSided, inferredFrom }: Connection, json: JsonOctets): void {
  if (oneSided !== undefined) json.ascii(',"oneSided":true');
  if (inferredFrom === undefined) return;
  json.ascii(',"inferredFrom":"');
  json.ascii(inferredFrom);
  json.ascii('"');
}

function writeBytes(bytes: Connection["bytes"], json: JsonOctets): void {
  if (bytes === null) return json.ascii("null");
  json.ascii('{"toServer":');
  json.number(bytes.toServer);
  json.ascii(',"toClient":');
  json.number(bytes.toClient);
  json.ascii(bytes.exact ? ',"exact":true}' : ',"exact":false}');
}

function writeViews(views: readonly View[], json: JsonOctets): void {
  for (const view of views) {
    json.ascii(view === views[0] ? "{" : ",{");
    writeEnds(view.client, view.server, json);
    json.ascii("}");
  }
}

function writeEnds(client: Endpoint, server: Endpoint, json: JsonOctets): void {
  json.ascii('"client":{"ip":"');
  json.ascii(client.ip);
  json.ascii('","port":');
  json.number(client.port);
  json.ascii('},"server":{"ip":"');
  json.ascii(server.ip);
  json.ascii('","port":');
  json.number(server.port);
  json.ascii("}");
}
