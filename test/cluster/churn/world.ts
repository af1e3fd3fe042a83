/**
 * A cluster that lives: what is true in it, and what its API server is told of that, when. Times are seconds of a
 * simulated clock; those in objects are of the node's own clock, in whole seconds, as kubelets write them.
 */
import { PodAddresses } from "./pod-addresses.ts";
import type { Random } from "../../random.ts";
import type { Schedule } from "./schedule.ts";

type Json = Readonly<Record<string, unknown>>;

/** A pod as it truly is. */
export interface LivePod {
  readonly name: string;
  /** `Deployment/app-7`: the workload that it truly is of. */
  readonly workload: string;
  readonly owner: Json;
  readonly labels: Readonly<Record<string, string>>;
  node: number;
  readonly uid: string;
  ip: string | undefined;
  /** When its container began and ended. */
  runs: number | undefined;
  ends: number | undefined;
  deletion: number | undefined;
}

export interface WorldOptions {
  readonly random: Random;
  readonly schedule: Schedule;
  readonly nodes: number;
  readonly reuseShare: number;
  readonly clockSkew: number;
  /** The API server has a new version of an object, or it has gone. */
  readonly onObject: (kind: "present" | "gone", object: Json) => void;
}

const START = Date.UTC(2026, 5, 1) / 1000;
const NAMESPACE = "shop";

export class World {
  readonly #options: WorldOptions;
  readonly #addresses: PodAddresses;
  readonly #skews: readonly number[];
  /** Pods whose container runs now, in no order. */
  readonly running: LivePod[] = [];
  #serial = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
    const { random, nodes, reuseShare, clockSkew } = options;
    this.#addresses = new PodAddresses(nodes, random, reuseShare);
    this.#skews = Array.from({ length: nodes }, () => random.between(-clockSkew, clockSkew));
  }

  get reused(): number {
    return this.#addresses.reused;
  }

  /** A new ReplicaSet of a Deployment. */
  rollOut(app: number, revision: number): void {
    const { onObject } = this.#options;
    const name = `app-${app}`;
    const labels = { app: name };
    const uid = `deployment-${app}`;
    const spec = { selector: { matchLabels: labels }, template: { metadata: { labels } } };
    if (revision === 0)
      onObject("present", { apiVersion: "apps/v1", kind: "Deployment", metadata: this.#metadata(name, uid), spec });
    const owner = { apiVersion: "apps/v1", kind: "Deployment", name, uid, controller: true };
    onObject("present", {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: { ...this.#metadata(`${name}-r${revision}`, `${uid}-r${revision}`), ownerReferences: [owner] },
      spec,
    });
  }

  startReplica(app: number, revision: number): LivePod {
    const name = `app-${app}`;
    const owner = {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      name: `${name}-r${revision}`,
      uid: `deployment-${app}-r${revision}`,
      controller: true,
    };
    return this.#start(`Deployment/${name}`, owner, { app: name, "pod-template-hash": `r${revision}` });
  }

  /** A run of a CronJob whose container lives for so many seconds. */
  startRun(cronJob: number, seconds: number): LivePod {
    const { schedule, onObject } = this.#options;
    const serial = (this.#serial += 1);
    const uid = `job-${serial}`;
    const jobName = `cron-${cronJob}-${serial}`;
    const owner = {
      apiVersion: "batch/v1",
      kind: "CronJob",
      name: `cron-${cronJob}`,
      uid: `cron-${cronJob}`,
      controller: true,
    };
    const job = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { ...this.#metadata(jobName, uid), ownerReferences: [owner] },
      spec: { template: { metadata: { labels: { cron: `cron-${cronJob}` } } } },
    };
    onObject("present", job);
    const podOwner = { apiVersion: "batch/v1", kind: "Job", name: jobName, uid, controller: true };
    const pod = this.#start(`CronJob/cron-${cronJob}`, podOwner, { cron: `cron-${cronJob}` }, seconds);
    schedule.in(60, () => onObject("gone", job));
    return pod;
  }

  /** Asks a pod to go: it ends some seconds later. */
  stop(pod: LivePod): void {
    const { schedule, random } = this.#options;
    if (pod.deletion !== undefined) return;
    pod.deletion = schedule.now + 30;
    this.#tell(pod);
    schedule.in(random.between(0.2, 5), () => this.#end(pod));
  }

  #start(workload: string, owner: Json, labels: LivePod["labels"], seconds?: number): LivePod {
    const { schedule, random } = this.#options;
    const serial = (this.#serial += 1);
    const name = `${String(owner["name"])}-${serial}`;
    const pod: LivePod = {
      name,
      workload,
      owner,
      labels,
      node: 0,
      uid: `pod-${serial}`,
      ip: undefined,
      runs: undefined,
      ends: undefined,
      deletion: undefined,
    };
    this.#tell(pod);
    schedule.in(random.between(0.2, 1), () => {
      Object.assign(pod, this.#addresses.take(schedule.now));
      schedule.in(random.between(0.1, 1.5), () => {
        if (pod.ends !== undefined) return;
        pod.runs = schedule.now;
        this.running.push(pod);
        this.#tellLater(pod);
        if (seconds !== undefined) schedule.in(seconds, () => this.#end(pod));
      });
    });
    return pod;
  }

  /** The container ends, then the address is free, and some time later the API server hears of it. */
  #end(pod: LivePod): void {
    const { schedule, random } = this.#options;
    if (pod.ends !== undefined) return;
    pod.ends = schedule.now;
    const place = this.running.indexOf(pod);
    if (place !== -1) this.running[place] = this.running.at(-1)!;
    if (place !== -1) this.running.pop();
    schedule.in(random.between(0.05, 0.3), () => {
      if (pod.ip !== undefined) this.#addresses.give(pod.node, pod.ip, schedule.now);
    });
    this.#tellLater(pod);
    schedule.in(random.between(3, 30), () => this.#options.onObject("gone", this.#toObject(pod)));
  }

  /** A kubelet tells what happened up to three seconds later. */
  #tellLater(pod: LivePod): void {
    this.#options.schedule.in(this.#options.random.between(0, 2.9), () => this.#tell(pod));
  }

  #tell(pod: LivePod): void {
    this.#options.onObject("present", this.#toObject(pod));
  }

  #toObject(pod: LivePod): Json {
    const { node, ip, runs, ends, deletion } = pod;
    const isKnown = runs !== undefined;
    const startedAt = this.#clock(runs, node);
    const terminated = { startedAt, finishedAt: this.#clock(ends, node) };
    const state = ends === undefined ? { running: { startedAt } } : { terminated };
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        ...this.#metadata(pod.name, pod.uid),
        labels: pod.labels,
        ownerReferences: [pod.owner],
        ...(deletion !== undefined && { deletionTimestamp: this.#clock(deletion, undefined) }),
      },
      spec: { nodeName: `node-${node}`, containers: [{ name: "main" }] },
      status: {
        phase: ends !== undefined && deletion === undefined ? "Succeeded" : isKnown ? "Running" : "Pending",
        startTime: isKnown ? this.#clock(runs - 1, node) : undefined,
        ...(isKnown && ip !== undefined && { podIP: ip, podIPs: [{ ip }] }),
        containerStatuses: isKnown ? [{ name: "main", state, restartCount: 0 }] : [],
      },
    };
  }

  #metadata(name: string, uid: string): Json {
    return { name, namespace: NAMESPACE, uid, creationTimestamp: this.#clock(this.#options.schedule.now, undefined) };
  }

  #clock(seconds: number | undefined, node: number | undefined): string | undefined {
    if (seconds === undefined) return undefined;
    const skew = node === undefined ? 0 : this.#skews[node]!;
    return new Date(Math.floor(START + seconds + skew) * 1000).toISOString().replace(".000Z", "Z");
  }
}

/** Microseconds since 1970 of a moment of the simulated clock. */
export function toUs(seconds: number): number {
  return Math.round((START + seconds) * 1e6);
}
