import type { ClusterChange } from "../../../src/cluster/cluster-change.ts";
import { KnownNames } from "../../../src/cluster/api/known-names.ts";
import { ClusterState } from "../../../src/cluster/cluster-state.ts";
import { rootField } from "../../../src/cluster/object/field.ts";
import { parseObjects } from "../../../src/cluster/object/parse-object.ts";
import { SharedParts } from "../../../src/cluster/object/shared-parts.ts";
import type { KubernetesObject } from "../../../src/cluster/objects.ts";

type Json = Readonly<Record<string, unknown>>;

export interface FastMotionOptions {
  readonly pods: number;
  readonly podsPerWorkload: number;
  /** Of virtual time between two steps; in each a pod is replaced, and a Job runs and is cleaned up. */
  readonly stepMs: number;
  /** A roll-out after so many steps, and a node in place of another. */
  readonly rollOutEvery: number;
  readonly nodeEvery: number;
}

const BEGIN_MS = Date.parse("2026-01-01T00:00:00Z");
const NODES = 50;
/** An address that was given back is given out again so many later. */
const FREE = 20;

interface Live {
  readonly object: Json;
  readonly ip: string;
  readonly name: string;
}

/**
 * A cluster in which things come and go, told to a ClusterState as a watch would, with time running as fast as it can.
 * Everything is parsed from the API's own shape, and names never come again.
 */
export class FastMotion {
  readonly state = new ClusterState();
  readonly #options: FastMotionOptions;
  readonly #shared = new SharedParts();
  readonly #known = new KnownNames({ apiVersion: "v1", kind: "Pod", resource: "pods" });
  readonly #pods: Live[] = [];
  readonly #sets: Json[] = [];
  readonly #nodes: Json[] = [];
  readonly #freeIps: string[] = [];
  #ips = 0;
  #serial = 0;
  #steps = 0;
  #nowMs = BEGIN_MS;

  constructor(options: FastMotionOptions) {
    this.#options = options;
    for (let place = 0; place < NODES; place += 1) this.#putNode(place);
    for (let place = 0; place < options.pods / options.podsPerWorkload; place += 1) this.#putSet(place);
    for (let place = 0; place < options.pods; place += 1) this.#putPod(place);
  }

  get nowUs(): number {
    return this.#nowMs * 1000;
  }

  step(): void {
    const { pods, stepMs, rollOutEvery, nodeEvery } = this.#options;
    this.#steps += 1;
    this.#nowMs += stepMs;
    this.#replacePod((this.#steps * 7919) % pods);
    this.#runJob();
    if (this.#steps % rollOutEvery === 0) this.#rollOut((this.#steps / rollOutEvery) % this.#sets.length);
    if (this.#steps % nodeEvery === 0) this.#replaceNode((this.#steps / nodeEvery) % NODES);
  }

  /** How many of the pods' addresses lead to another pod, or to none, a minute after the last step. */
  wrong(): number {
    const timeUs = this.nowUs + 60_000_000;
    const isRight = ({ ip, name }: Live): boolean => {
      const identity = this.state.identify(ip, timeUs);
      return identity.kind === "pod" && identity.pod === name;
    };
    return this.#pods.filter((pod) => !isRight(pod)).length;
  }

  #replacePod(place: number): void {
    const { object, ip } = this.#pods[place]!;
    this.#gone({ ...object, metadata: { ...(object["metadata"] as Json), deletionTimestamp: this.#time(0) } });
    this.#freeIps.push(ip);
    this.#putPod(place);
  }

  #putPod(place: number): void {
    const set = this.#sets[Math.floor(place / this.#options.podsPerWorkload)]!;
    const { name: owner, uid, labels } = set["metadata"] as { name: string; uid: string; labels: Json };
    const name = `${owner}-${this.#next()}`;
    const ip = this.#ip();
    const controlled = { apiVersion: "apps/v1", kind: "ReplicaSet", name: owner, uid, controller: true };
    const object = this.#podObject(name, ip, { labels, ownerReferences: [controlled] });
    this.#pods[place] = { object, ip, name };
    this.#present(object);
  }

  /** A Job of a CronJob: its pod comes, ends, and both go. */
  #runJob(): void {
    const name = `nightly-${this.#next()}`;
    const cron = { apiVersion: "batch/v1", kind: "CronJob", name: "nightly", uid: "cron", controller: true };
    const metadata = { name, namespace: "shop", uid: name, ownerReferences: [cron] };
    const job = { apiVersion: "batch/v1", kind: "Job", metadata, spec: {} };
    const owner = { apiVersion: "batch/v1", kind: "Job", name, uid: name, controller: true };
    const ip = this.#ip();
    const pod = this.#podObject(`${name}-x`, ip, { labels: { "job-name": name }, ownerReferences: [owner] });
    this.#present(job);
    this.#present(pod);
    this.#gone({ ...pod, status: { ...(pod["status"] as Json), phase: "Succeeded" } });
    this.#gone(job);
    this.#freeIps.push(ip);
  }

  /** All pods of a workload are replaced, under a new ReplicaSet. */
  #rollOut(place: number): void {
    const former = this.#sets[place]!;
    this.#putSet(place);
    const { podsPerWorkload } = this.#options;
    for (let each = 0; each < podsPerWorkload; each += 1) this.#replacePod(place * podsPerWorkload + each);
    this.#gone(former);
  }

  #putSet(place: number): void {
    const hash = `h${this.#next()}`;
    const app = `app-${place}`;
    const labels = { app, "pod-template-hash": hash };
    const owner = { apiVersion: "apps/v1", kind: "Deployment", name: app, uid: app, controller: true };
    const metadata = { name: `${app}-${hash}`, namespace: "shop", uid: hash, labels, ownerReferences: [owner] };
    const spec = { selector: { matchLabels: labels }, template: { metadata: { labels } } };
    this.#sets[place] = { apiVersion: "apps/v1", kind: "ReplicaSet", metadata, spec };
    this.#present(this.#sets[place]);
  }

  #replaceNode(place: number): void {
    this.#gone(this.#nodes[place]!);
    this.#putNode(place);
  }

  #putNode(place: number): void {
    const name = `node-${this.#next()}`;
    const address = `172.${16 + (this.#serial % 16)}.${(this.#serial >> 4) & 255}.${place}`;
    const status = { addresses: [{ type: "InternalIP", address }] };
    this.#nodes[place] = { apiVersion: "v1", kind: "Node", metadata: { name, uid: name }, spec: {}, status };
    this.#present(this.#nodes[place]);
  }

  #podObject(name: string, podIP: string, metadata: Json): Json {
    const startedAt = this.#time(0);
    const containerStatuses = [{ restartCount: 0, state: { running: { startedAt } } }];
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "shop", uid: `uid-${name}`, creationTimestamp: startedAt, ...metadata },
      spec: { nodeName: `node-${this.#serial % NODES}`, containers: [{ ports: [{ containerPort: 8080 }] }] },
      status: { phase: "Running", podIP, startTime: startedAt, containerStatuses },
    };
  }

  #present(object: Json): void {
    const read = this.#read(object);
    if (read.type === "Pod") this.#known.put(read);
    this.#tell({ kind: "present", object: read });
  }

  #gone(object: Json): void {
    const read = this.#read(object);
    if (read.type === "Pod") this.#known.delete(read);
    this.#tell({ kind: "gone", object: read });
  }

  #tell(change: ClusterChange): void {
    this.state.apply([change], this.nowUs);
  }

  #read(object: Json): KubernetesObject {
    const [read] = parseObjects(rootField(JSON.parse(JSON.stringify(object))));
    return this.#shared.of(read!);
  }

  #ip(): string {
    const free = this.#freeIps.length > FREE ? this.#freeIps.shift() : undefined;
    if (free !== undefined) return free;
    this.#ips += 1;
    return `10.${this.#ips >> 16}.${(this.#ips >> 8) & 255}.${this.#ips & 255}`;
  }

  #time(aheadMs: number): string {
    return new Date(this.#nowMs + aheadMs).toISOString();
  }

  #next(): number {
    this.#serial += 1;
    return this.#serial;
  }
}
