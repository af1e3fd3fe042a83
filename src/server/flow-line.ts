import type { Flow, Party } from "../cluster/flow.ts";
import type { IdentifiedEvent } from "../cluster/identity-queue.ts";
import { toConnectionJson } from "../flow/connection-json.ts";
import type { Sight } from "./access/sight.ts";

/**
 * A line of /api/v1/flows: what `weir flows` prints of the connection, and who its ends were. Undefined for who sees
 * neither end; of an end that he does not see he is told the workload, and nothing of how it looked from over there.
 */
export function toFlowLine({ kind, flow, ...rest }: IdentifiedEvent, sight: Sight): object | undefined {
  const servers = sight.isWhole || isSeen(flow.client, sight) ? flow.servers : flow.servers.filter(seenBy(sight));
  if (servers.length === 0) return undefined;
  const isAllSeen = sight.isWhole || [flow.client, ...servers].every(seenBy(sight));
  return {
    event: kind,
    ...rest,
    ...toConnectionJson(flow.connection),
    ...(!isAllSeen && { nat: [] }),
    from: toEnd(flow.client, sight),
    to: servers.map((server) => ({ ...toEnd(server, sight), port: server.port ?? null })),
    service: serviceOf(flow, sight),
    resolution: flow.resolution,
  };
}

function seenBy(sight: Sight): (party: Party) => boolean {
  return (party) => isSeen(party, sight);
}

function isSeen({ identity }: Party, { sees }: Sight): boolean {
  return identity.kind === "pod" && sees(identity.workload.namespace);
}

function serviceOf({ service }: Flow, { isWhole, sees }: Sight): Flow["service"] | null {
  return service !== undefined && (isWhole || sees(service.namespace)) ? service : null;
}

function toEnd(party: Party, sight: Sight): object {
  const { identity, ip } = party;
  if (sight.isWhole || isSeen(party, sight)) return { ip, ...identity };
  // A reason names pods, and a node is nobody's business who can't list nodes.
  return identity.kind === "pod"
    ? { ip, kind: identity.kind, workload: identity.workload }
    : { ip, kind: identity.kind };
}
