import { rootField } from "../../src/cluster/object/field.ts";
import { parseObjects } from "../../src/cluster/object/parse-object.ts";
import type { KubernetesObject } from "../../src/cluster/objects.ts";
import type { Connection, Endpoint, View } from "../../src/flow/connection.ts";

type Json = Readonly<Record<string, unknown>>;
type Labels = Readonly<Record<string, string>>;

/** Objects as the API has them, read as any other would be. */
export function read(...objects: readonly Json[]): readonly KubernetesObject[] {
  return objects.flatMap((object) => parseObjects(rootField(object)));
}

/** A time of day of 2024-05-02, as the API writes it. */
export function clock(time: string): string {
  return `2024-05-02T${time}Z`;
}

/** The same in microseconds since 1970. */
export function us(time: string): number {
  return Date.parse(clock(time)) * 1000;
}

export interface PodOptions {
  readonly namespace?: string;
  readonly ip?: string;
  readonly ips?: readonly string[];
  readonly hostIp?: string;
  readonly node?: string;
  readonly labels?: Labels;
  /** `apps/v1 ReplicaSet web-abc`, with ` UID` behind it where that matters. */
  readonly owner?: string;
  readonly uid?: string;
  /** Times of day. */
  readonly created?: string;
  readonly start?: string;
  readonly running?: string;
  readonly end?: string;
  readonly deletion?: string;
  readonly phase?: string;
  readonly hostNetwork?: boolean;
  readonly ports?: readonly Json[];
}

export function pod(name: string, options: PodOptions = {}): Json {
  const { ip, ips = ip === undefined ? [] : [ip], start, hostIp, running, end, phase = "Running" } = options;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: options.namespace ?? "shop",
      uid: options.uid ?? `uid-of-${name}`,
      labels: options.labels ?? {},
      creationTimestamp: optionalClock(options.created),
      deletionTimestamp: optionalClock(options.deletion),
      ...ownerReferences(options.owner),
    },
    spec: {
      nodeName: options.node ?? "node-1",
      hostNetwork: options.hostNetwork ?? false,
      containers: [{ name: "main", ports: options.ports ?? [] }],
    },
    status: {
      phase,
      startTime: optionalClock(start),
      podIP: ips[0],
      podIPs: ips.map((each) => ({ ip: each })),
      hostIP: hostIp,
      containerStatuses: [{ name: "main", state: containerState(running, end) }],
    },
  };
}

function containerState(running: string | undefined, end: string | undefined): Json {
  const startedAt = optionalClock(running);
  if (end !== undefined) return { terminated: { startedAt, finishedAt: clock(end) } };
  return running === undefined ? { waiting: {} } : { running: { startedAt } };
}

export interface ControllerOptions {
  readonly namespace?: string;
  readonly selector?: unknown;
  readonly templateLabels?: Labels;
  readonly owner?: string;
  readonly uid?: string;
}

export function controller(apiVersion: string, kind: string, name: string, options: ControllerOptions = {}): Json {
  const template = { metadata: { labels: options.templateLabels ?? {} } };
  const spec = { selector: options.selector, ...(options.templateLabels === undefined ? {} : { template }) };
  return {
    apiVersion,
    kind,
    metadata: { name, namespace: options.namespace ?? "shop", uid: options.uid, ...ownerReferences(options.owner) },
    spec: kind === "CronJob" ? { jobTemplate: { spec } } : spec,
  };
}

/** A Deployment and its ReplicaSet `NAME-abc`. */
export function deployment(name: string, labels: Labels, namespace = "shop"): readonly Json[] {
  const withHash = { ...labels, "pod-template-hash": "abc" };
  return [
    controller("apps/v1", "Deployment", name, { namespace, selector: { matchLabels: labels }, templateLabels: labels }),
    controller("apps/v1", "ReplicaSet", `${name}-abc`, {
      namespace,
      selector: { matchLabels: withHash },
      templateLabels: withHash,
      owner: `apps/v1 Deployment ${name}`,
    }),
  ];
}

/** A pod of the ReplicaSet `OWNER-abc`. */
export function podOf(owner: string, name: string, options: PodOptions = {}): Json {
  const labels = { app: owner, ...options.labels, "pod-template-hash": "abc" };
  return pod(`${owner}-abc-${name}`, { owner: `apps/v1 ReplicaSet ${owner}-abc`, ...options, labels });
}

export function service(name: string, spec: Json, namespace = "shop", status: Json = {}): Json {
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec, status };
}

export interface SliceEndpoint {
  readonly ip: string;
  readonly pod?: string;
}

export function slice(
  serviceName: string,
  name: string,
  ports: readonly Json[],
  endpoints: readonly SliceEndpoint[],
  namespace = "shop",
): Json {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name, namespace, labels: { "kubernetes.io/service-name": serviceName } },
    ports,
    endpoints: endpoints.map(({ ip, pod: podName }) => ({
      addresses: [ip],
      ...(podName === undefined ? {} : { targetRef: { kind: "Pod", name: podName, namespace } }),
    })),
  };
}

export function node(name: string, address: string, podCidrs: readonly string[] = []): Json {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name },
    spec: { podCIDR: podCidrs[0], podCIDRs: podCidrs },
    status: { addresses: [{ type: "InternalIP", address }] },
  };
}

export interface ConnectionOptions {
  readonly protocol?: Connection["protocol"];
  readonly start?: string;
  readonly nat?: readonly View[];
}

/** Ends are written `10.0.0.1:80`. */
export function connection(client: string, server: string, options: ConnectionOptions = {}): Connection {
  const startUs = us(options.start ?? "12:00:00");
  const { protocol = "TCP", nat = [] } = options;
  const ends = { client: endpoint(client), server: endpoint(server) };
  return { id: "1", protocol, ...ends, outcome: "established", bytes: null, startUs, endUs: startUs, nat };
}

export function endpoint(text: string): Endpoint {
  const colon = text.lastIndexOf(":");
  return { ip: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
}

function ownerReferences(owner: string | undefined): Json {
  if (owner === undefined) return {};
  const [apiVersion, kind, name, uid] = owner.split(" ");
  return { ownerReferences: [{ apiVersion, kind, name, uid, controller: true }] };
}

function optionalClock(time: string | undefined): string | undefined {
  return time === undefined ? undefined : clock(time);
}
