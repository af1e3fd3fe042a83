import type { Connection, Endpoint } from "../flow/connection.ts";
import type { AddressSources } from "./address-book.ts";
import type { WorkloadIndex } from "./workload/workload-index.ts";

interface DirectionSources extends Pick<AddressSources, "pods" | "services"> {
  readonly workloads: WorkloadIndex;
}

/**
 * Turns a connection whose handshake nobody saw the right way round, where exactly one of its ends is a port
 * that a Service or a pod's containers declare. One that was heard from one end alone may be forged, and stays
 * unknown.
 */
export function inferDirection(sources: DirectionSources, connection: Connection): Connection {
  const { direction, outcome, oneSided, client, server } = connection;
  if (direction !== "unknown" || outcome !== "inferred" || oneSided === true) return connection;
  const isServer = isDeclared(sources, connection, server);
  if (isServer === isDeclared(sources, connection, client)) return connection;
  const { direction: _unknown, ...known } = isServer ? connection : turned(connection);
  return { ...known, inferredFrom: "cluster" };
}

function isDeclared(sources: DirectionSources, { protocol, startUs }: Connection, end: Endpoint): boolean {
  if (sources.services.askedAt(protocol, end).length > 0) return true;
  const holder = sources.pods.at(end.ip, startUs);
  if (holder.kind !== "held") return false;
  return sources.workloads
    .podsOf(holder.by.workload)
    .some(({ ports }) => ports.some((port) => port.containerPort === end.port && port.protocol === protocol));
}

function turned(connection: Connection): Connection {
  const { client, server, bytes, nat } = connection;
  return {
    ...connection,
    client: server,
    server: client,
    bytes: bytes === null ? null : { ...bytes, toServer: bytes.toClient, toClient: bytes.toServer },
    nat: nat.map((view) => ({ client: view.server, server: view.client })),
  };
}
