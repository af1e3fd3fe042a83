/**
 * How many times a second it can be said who had an address at a moment: `node bench/look-ups.ts [PODS]`. The cluster is
 * the one of bench/cluster-memory.ts, read from its objects; a tenth of the pods has been replaced, so that their
 * addresses had two holders. Addresses are drawn at random, a batch at a time, and their texts made anew before each
 * batch, as the lines that capture tells are parsed before they are looked at; only the look-ups are timed. Each answer
 * is checked.
 */
import { ClusterState } from "../src/cluster/cluster-state.ts";
import { rootField } from "../src/cluster/object/field.ts";
import { parseObjects } from "../src/cluster/object/parse-object.ts";
import { SharedParts } from "../src/cluster/object/shared-parts.ts";
import type { KubernetesObject, Pod } from "../src/cluster/objects.ts";
import { largeCluster } from "../test/api-server/large-cluster.ts";
import { podAddress, podName, podObject } from "../test/api-server/large-pod.ts";

const BATCH = 1_024;
const BATCHES = 4_096;
const LOOK_UPS = BATCH * BATCHES;
const REPLACED = 10;
const pods = Number(process.argv[2] ?? 100_000);
const nodes = Math.ceil(pods / 30);
const changedUs = Date.parse("2026-02-01T00:00:00Z") * 1000;
const hourUs = 3_600_000_000;

const state = new ClusterState({ maxAgeUs: Infinity });
const shared = new SharedParts();
for (const object of largeCluster({ nodes, pods, services: pods / 10 }))
  state.apply([{ kind: "present", object: read(object) }], changedUs);
for (let place = 0; place < pods; place += REPLACED) replace(place);

for (const when of ["before", "after"] as const) measure(when);

/** The pod goes, and another one gets its address a minute later. */
function replace(place: number): void {
  const former = read(podObject(place, nodes)) as Pod;
  const startUs = changedUs + 60_000_000;
  const metadata = { ...former.metadata, name: `${former.metadata.name}-new`, uid: `${former.metadata.uid}-new` };
  const heir: Pod = { ...former, metadata, startUs, runningUs: startUs };
  state.apply([{ kind: "gone", object: former }], changedUs);
  state.apply([{ kind: "present", object: heir }], startUs);
}

function measure(when: "before" | "after"): void {
  const timeUs = when === "before" ? changedUs - hourUs : changedUs + hourUs;
  checkNames(timeUs, when);
  let right = 0;
  let spentUs = 0;
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const ips = Array.from({ length: BATCH }, () => podAddress(Math.floor(Math.random() * pods)));
    const began = process.cpuUsage();
    for (const ip of ips) if (state.identify(ip, timeUs).kind === "pod") right += 1;
    const { user, system } = process.cpuUsage(began);
    spentUs += user + system;
  }
  if (right !== LOOK_UPS) throw new Error(`${LOOK_UPS - right} look-ups found no pod`);
  const rate = LOOK_UPS / spentUs;
  console.log(
    `${pods} pods, ${when} a tenth was replaced: ${rate.toFixed(2)} million look-ups a second of a processor`,
  );
}

function checkNames(timeUs: number, when: "before" | "after"): void {
  for (let place = 0; place < pods; place += 1) {
    const ip = podAddress(place);
    const identity = state.identify(ip, timeUs);
    const expected = podName(place) + (when === "after" && place % REPLACED === 0 ? "-new" : "");
    if (identity.kind !== "pod" || identity.pod !== expected) throw new Error(`${ip} is not ${expected}`);
  }
}

function read(object: object): KubernetesObject {
  const [parsed] = parseObjects(rootField(object));
  return shared.of(parsed!);
}
