import { eventually } from "../demo/eventually.ts";
import { churn } from "./churn.ts";
import { Client } from "./client-process.ts";
import type { Load } from "./load.ts";
import { Laboratory } from "./network/laboratory.ts";
import { tunnels } from "./network/tunnels.ts";
import type { LoadReport } from "./programs/client.ts";
import {
  type Party,
  callers,
  deafClient,
  failingCallers,
  listensOn,
  longLivedCallers,
  pods,
  quietPod,
  services,
} from "./scenarios.ts";
import { Server } from "./server-process.ts";
import { type Truth, truthOf } from "./truth.ts";
import { Vantage, weir } from "./vantage.ts";
import { type VantagePoint, vantagePoints } from "./vantage-points.ts";

/** What one vantage point told. */
export interface Told {
  readonly point: VantagePoint;
  readonly vantage: Vantage;
}

export async function openLaboratory(): Promise<Laboratory> {
  const { client, far, quiet } = pods;
  const lab = await Laboratory.open({ pods: Object.values(pods), services, tunnels, tunnelEnds: [client, far] });
  await lab.run(client.name, ["nft", "-f", "-"], deafClient);
  await lab.run(quiet.name, ["nft", "-f", "-"], quietPod);
  return lab;
}

/** All scenarios, watched from all vantage points: what was true, and what each told. */
export async function experiment(
  lab: Laboratory,
): Promise<{ readonly truths: readonly Truth[]; readonly told: readonly Told[] }> {
  const { serverA, serverB, far } = pods;
  const servers = await Promise.all([serverA, serverB, far].map((pod) => Server.start(lab, pod.name, listensOn(pod))));
  const told = vantagePoints.map((point) => ({ point, vantage: watch(lab, point) }));
  await Promise.all(told.map(({ vantage }) => vantage.listens()));

  const longLived = await call(lab, longLivedCallers());
  await Promise.all(told.map((one) => allOpenIsTold(one, longLived)));
  const [brief, churned] = await Promise.all([call(lab, callers(lab.tunnels)), churn(lab)]);
  const failing = await call(lab, failingCallers());
  await Promise.all(told.map(({ vantage }) => vantage.stop()));

  const taken = (await Promise.all(servers.map((server) => server.tell()))).flat();
  const all = [longLived, brief, churned, failing];
  const truths = truthOf(
    all.flatMap(({ loads }) => loads),
    all.flatMap(({ reports }) => reports),
    taken,
  );
  for (const server of servers) server.end();
  await Promise.all([longLived, brief, failing].flatMap(({ clients }) => clients).map((client) => client.end()));
  return { told, truths };
}

interface Called {
  readonly clients: readonly Client[];
  readonly loads: readonly Load[];
  readonly reports: readonly LoadReport[];
}

/** Resolves when every load is done; what stays open is open until the clients are ended. */
async function call(lab: Laboratory, parties: readonly Party[]): Promise<Called> {
  const clients = parties.map(({ where, loads }) => new Client(lab, where, loads));
  const reports = await Promise.all(clients.map((client) => client.reports()));
  return { clients, loads: parties.flatMap(({ loads }) => loads), reports: reports.flat() };
}

function watch(lab: Laboratory, { node, interfaces }: VantagePoint): Vantage {
  return new Vantage(lab.start(node, [weir, "capture", "--interface", interfaces], "pipe"));
}

/** It is told after some seconds of silence, on the first node; where it never is, the judge says which one. */
async function allOpenIsTold({ point, vantage }: Told, { reports }: Called): Promise<void> {
  if (point.node !== "node1") return;
  const awaited = new Set(reports.flatMap(({ entries }) => entries).map(({ local }) => `${local.ip} ${local.port}`));
  await eventually("all that is open is told", async () => {
    for (const { client } of vantage.opened) awaited.delete(`${client.ip} ${client.port}`);
    return awaited.size === 0 || undefined;
  }).catch(() => undefined);
}
