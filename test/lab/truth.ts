import type { Endpoint, Outcome, View } from "../../src/flow/connection.ts";
import type { ClientEntry, Load, ServerEntry } from "./load.ts";
import type { LoadReport } from "./programs/client.ts";

/** One connection as the programs at its two ends know it. */
export interface Truth {
  readonly id: string;
  readonly scenario: string;
  readonly protocol: "TCP" | "UDP";
  readonly outcome: Outcome;
  /** Its ends as the client saw them ... */
  readonly asClient: View;
  /** ... and as the server did, which after NAT is something else. */
  readonly asServer: View;
  readonly bytes: TrueBytes | null;
  readonly staysOpen: boolean;
}

/**
 * What was sent each way. `told` is what a record may say of it: `whole` where both sides closed in order,
 * `least` where the end came before that could be seen, `unknown` while nothing has ended.
 */
export interface TrueBytes {
  readonly toServer: number;
  readonly toClient: number;
  readonly told: "whole" | "least" | "unknown";
}

/**
 * Joins what clients and servers logged. Throws where the two contradict each other, or where a client did not
 * see what its load was made for: then the laboratory is at fault, and nothing may be concluded from it.
 */
export function truthOf(
  loads: readonly Load[],
  reports: readonly LoadReport[],
  servers: readonly ServerEntry[],
): readonly Truth[] {
  const taken = new Map(servers.map((entry) => [entry.id, entry]));
  if (taken.size !== servers.length) throw new Error("a server took one connection twice");
  const byScenario = new Map(loads.map((load) => [load.scenario, load]));
  return reports
    .flatMap(({ entries }) => entries)
    .map((entry) => {
      const load = byScenario.get(entry.scenario);
      if (load === undefined) throw new Error(`${entry.id}: of no load`);
      const server = taken.get(entry.id);
      return server === undefined ? failed(entry, load) : succeeded(entry, server);
    });
}

function succeeded(client: ClientEntry, server: ServerEntry): Truth {
  const wanted = wantedEnd(client);
  if (client.end !== wanted) throw new Error(`${client.id}: ${client.manner} ended ${client.end}, not ${wanted}`);
  const { id, scenario, protocol } = client;
  return {
    id,
    scenario,
    protocol,
    outcome: "established",
    asClient: { client: client.local, server: client.remote },
    asServer: { client: server.peer, server: server.local },
    bytes: bytesOf(client, server),
    staysOpen: client.end === "open",
  };
}

function wantedEnd({ manner }: ClientEntry): ClientEntry["end"] {
  if (manner === "client resets" || manner === "server resets") return "reset";
  return manner === "stays open" || manner === "stays half-closed" ? "open" : "closed";
}

function bytesOf(client: ClientEntry, server: ServerEntry): TrueBytes {
  const told = toldOf(client);
  const isWhole = client.sent === server.received && server.sent === client.received;
  if (told === "whole" && !isWhole) throw new Error(`${client.id}: the ends do not agree on what was sent`);
  return { toServer: client.sent, toClient: Math.max(server.sent, client.received), told };
}

function toldOf({ manner }: ClientEntry): TrueBytes["told"] {
  if (manner === "stays open") return "unknown";
  return ["client resets", "server resets", "stays half-closed"].includes(manner) ? "least" : "whole";
}

function failed(client: ClientEntry, { failure }: Load): Truth {
  if (failure === undefined) throw new Error(`${client.id}: no server took it, and its client saw it ${client.end}`);
  const seenAs = failure.outcome === "refused" ? "refused" : "unanswered";
  if (client.end !== seenAs) throw new Error(`${client.id}: ${client.end}, not ${seenAs}`);
  const { id, scenario, protocol, local, remote, sent } = client;
  const server: Endpoint = failure.server ?? remote;
  return {
    id,
    scenario,
    protocol,
    outcome: failure.outcome,
    asClient: { client: local, server: remote },
    asServer: { client: local, server },
    bytes: protocol === "UDP" ? { toServer: sent, toClient: 0, told: "whole" } : null,
    staysOpen: false,
  };
}
