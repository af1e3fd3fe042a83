/**
 * How many times a second it can be said who had an address at a moment: `node bench/look-ups.ts [PODS]`. The cluster is
 * the one of bench/cluster-memory.ts, read from its objects; a tenth of the pods has been replaced, so that their
 * addresses had two holders. Addresses and moments are drawn before, and each answer is checked.
 */
import { ClusterState } from "../src/cluster/cluster-state.ts";
import { rootField } from "../src/cluster/object/field.ts";
import { parseObjects } from "../src/cluster/object/parse-object.ts";
import { SharedParts } from "../src/cluster/object/shared-parts.ts";
import type { KubernetesObject, Pod } from "../src/cluster/objects.ts";
import { largeCluster } from "../test/api-server/large-cluster.ts";
import { podAddress, podName, podObject } from "../test/api-server/large-pod.ts";

const LOOK_UPS = 4_000_000;
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

const places = Int32Array.from({ length: LOOK_UPS }, () => Math.floor(Math.random() * pods));
const ips = Array.from({ length: pods }, (_, place) => podAddress(place));
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
  let right = 0;
  const began = process.cpuUsage();
  for (const place of places) {
    const identity = state.identify(ips[place]!, timeUs);
    if (identity.kind === "pod") right += 1;
  }
  const { user, system } = process.cpuUsage(began);
  if (right !== LOOK_UPS) throw new Error(`${LOOK_UPS - right} look-ups found no pod`);
  checkNames(timeUs, when);
  const rate = LOOK_UPS / (user + system);
  console.log(
    `${pods} pods, ${when} a tenth was replaced: ${rate.toFixed(1)} million look-ups a second of a processor`,
  );
}

function checkNames(timeUs: number, when: "before" | "after"): void {
  for (let place = 0; place < pods; place += 1) {
    const identity = state.identify(ips[place]!, timeUs);
    const expected = podName(place) + (when === "after" && place % REPLACED === 0 ? "-new" : "");
    if (identity.kind !== "pod" || identity.pod !== expected) throw new Error(`${ips[place]} is not ${expected}`);
  }
}

function read(object: object): KubernetesObject {
  const [parsed] = parseObjects(rootField(object));
  return shared.of(parsed!);
}
