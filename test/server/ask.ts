/** A server over the shop, with some traffic seen, and questions to it without a socket. */
import { pino } from "pino";
import type { ClusterState } from "../../src/cluster/cluster-state.ts";
import type { IdentifiedEvent } from "../../src/cluster/identity-queue.ts";
import { isMeant } from "../../src/profile/forgetting.ts";
import { DecisionBook } from "../../src/profile/decision-book.ts";
import { ProfileBook } from "../../src/profile/profile-book.ts";
import type { App } from "../../src/server/app.ts";
import { FlowLog } from "../../src/server/flow-log.ts";
import { toFlowLine } from "../../src/server/flow-line.ts";
import type { Condition } from "../../src/server/health-routes.ts";
import { makeRegistry } from "../../src/server/metrics.ts";
import { buildServer, type ServerParts } from "../../src/server/server.ts";
import { us } from "../cluster/builders.ts";
import { DATABASE, JAVAAPP_0, JAVAAPP_1, JCLIENT, made, shop } from "../profile/shop.ts";

export interface Asked {
  readonly app: App;
  readonly book: ProfileBook;
  readonly cluster: ClusterState;
  readonly decisions: DecisionBook;
  readonly flows: FlowLog<IdentifiedEvent>;
  /** What the flows began with. */
  readonly seen: readonly IdentifiedEvent[];
  /** `namespace/name key` of each edge that the store was told to forget. */
  readonly forgotten: string[];
}

export async function server(
  conditions: readonly Condition[] = [],
  { cluster = shop(), ...parts }: Partial<ServerParts> = {},
): Promise<Asked> {
  const book = new ProfileBook();
  const decisions = new DecisionBook({ saveDecisions: () => undefined, deleteDecisions: () => undefined });
  const flows = new FlowLog(toFlowLine);
  const forgotten: string[] = [];
  const connections = [
    made(`${JCLIENT}:40000`, `${JAVAAPP_0}:8080`, { bytes: { toServer: 1, toClient: 2, exact: true } }),
    made(`${JCLIENT}:40001`, `${JAVAAPP_1}:8080`),
    made(`${JAVAAPP_0}:40002`, `${DATABASE}:5432`),
    made(`${JAVAAPP_0}:40003`, "203.0.113.66:1389"),
    made(`${JAVAAPP_0}:40004`, `${DATABASE}:22`, { outcome: "refused" }),
  ];
  const seen = connections.map((each) => ({ kind: "closed" as const, flow: cluster.identifyConnection(each) }));
  for (const event of seen) {
    book.addClosed(event.flow);
    flows.add(event);
  }
  const captureStatus = {
    packets: 9,
    dropped: 2,
    overflowed: 0,
    evicted: 0,
    unreadable: { fragment: 3 },
    sampledOut: 5,
    untold: 0,
    interfaces: 1,
    interfacesNotCaptured: 0,
    reopened: 0,
    isSilent: false,
    timeUs: us("12:00:01"),
  };
  book.addStatus(captureStatus);
  const feedStatus = { isConnected: true, restarts: 0, badLines: 0 };
  const app = await buildServer({
    book,
    cluster,
    flows,
    decisions,
    conditions: () => conditions,
    registry: makeRegistry({
      captureStatus: () => captureStatus,
      feedStatus: () => feedStatus,
      book,
      cluster,
      missed: () => ["jobs"],
      queue: { size: 0, overflowed: 0 },
    }),
    logger: pino({ level: "silent" }),
    keep: () => undefined,
    forget: (workload, what) => {
      const places = book.placesOf(workload, (edge) => isMeant(edge, what));
      const keys = places.map(({ key }) => key);
      book.forget(workload, places);
      forgotten.push(...keys.map((key) => `${workload.namespace}/${workload.name} ${key}`));
      return keys;
    },
    ...parts,
  });
  return { app, book, cluster, decisions, flows, seen, forgotten };
}
