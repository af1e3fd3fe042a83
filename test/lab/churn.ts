import type { Load } from "./load.ts";
import { type Pod, pod } from "./network/addresses.ts";
import type { Laboratory } from "./network/laboratory.ts";
import type { LoadReport } from "./programs/client.ts";
import { Client } from "./client-process.ts";
import { churnLoad } from "./scenarios.ts";

const addressesInUse = 4;
const podsEach = 12;
const connectionsEach = 21;

export interface Churned {
  readonly loads: readonly Load[];
  readonly reports: readonly LoadReport[];
}

/** Pods that come, connect, and go with their interfaces; the next one has the same address and uses the same ports. */
export async function churn(lab: Laboratory): Promise<Churned> {
  const lanes = await Promise.all(Array.from({ length: addressesInUse }, (_, lane) => oneAfterTheOther(lab, lane)));
  return { loads: lanes.flatMap(({ loads }) => loads), reports: lanes.flatMap(({ reports }) => reports) };
}

async function oneAfterTheOther(lab: Laboratory, lane: number): Promise<Churned> {
  const loads: Load[] = [];
  const reports: LoadReport[] = [];
  for (let n = 0; n < podsEach; n++) {
    const number = lane * podsEach + n;
    const guest = pod(`guest-${number}`, 1, 20 + lane);
    const load = churnLoad(guest, { number, count: connectionsEach });
    loads.push(load);
    reports.push(...(await visit(lab, guest, load)));
  }
  return { loads, reports };
}

async function visit(lab: Laboratory, guest: Pod, load: Load): Promise<readonly LoadReport[]> {
  await lab.addPod(guest);
  const client = new Client(lab, guest.name, [load]);
  const reports = await client.reports();
  await client.end();
  await lab.removePod(guest);
  return reports;
}
