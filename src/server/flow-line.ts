import type { Party } from "../cluster/flow.ts";
import type { IdentifiedEvent } from "../cluster/identity-queue.ts";
import { toConnectionJson } from "../flow/connection-json.ts";

/** A line of /api/v1/flows: what `weir flows` prints of the connection, and who its ends were. */
export function toFlowLine({ kind, flow, ...rest }: IdentifiedEvent): object {
  const { connection, client, servers, service, resolution } = flow;
  return {
    event: kind,
    ...rest,
    ...toConnectionJson(connection),
    from: toEnd(client),
    to: servers.map((server) => ({ ...toEnd(server), port: server.port ?? null })),
    service: service ?? null,
    resolution,
  };
}

function toEnd({ identity, ip }: Party): object {
  return { ip, ...identity };
}
