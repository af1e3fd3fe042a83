import type { WorkloadRef } from "../../cluster/workload.ts";
import { rfc3339 } from "../../flow/rfc3339.ts";
import type { Edge } from "../edge.ts";
import type { Tombstone } from "../forgetting.ts";
import type { Window } from "../observed-window.ts";
import { fitPart } from "./fit-part.ts";
import type { Part } from "./part.ts";
import { HOLDS_LABEL, type Holds, NETWORK_PROFILE, NODE_LABEL } from "./part-kind.ts";
import { nodeLabel, partName } from "./part-name.ts";

/** An object as the API takes it. */
export interface WrittenObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: object;
}

/** A part as an object, cut to what etcd takes. */
export function writePart(part: Part): WrittenObject {
  const { workload, node, observer, writtenMs, window, forgotten } = part;
  const { edges, failed, leftOut } = fitPart(part);
  return writeObject(workload, node, {
    holds: "observations",
    name: observationsName(part),
    spec: {
      observer,
      written: msText(writtenMs),
      counts: countsOf(part),
      window: writeWindow(window),
      edges: edges.map(writeEdge),
      failed: failed.map(writeEdge),
      overflowed: part.overflowed + leftOut,
      forgotten: forgotten.map(writeTombstone),
    },
  });
}

/** Of one workload, node and store there is one. */
export function observationsName({ workload, node, observer }: Pick<Part, "workload" | "node" | "observer">): string {
  return partName(workload, node, "observations", observer);
}

interface Content {
  readonly holds: Holds;
  readonly name: string;
  readonly spec: object;
}

export function writeObject(
  { namespace, kind, name: workloadName }: WorkloadRef,
  node: string,
  { holds, name, spec }: Content,
): WrittenObject {
  const { apiVersion, kind: ownKind } = NETWORK_PROFILE;
  const labels = { "app.kubernetes.io/managed-by": "weir", [HOLDS_LABEL]: holds, [NODE_LABEL]: nodeLabel(node) };
  return {
    apiVersion,
    kind: ownKind,
    metadata: { name, namespace, labels },
    spec: { node, workload: { kind, name: workloadName }, ...spec },
  };
}

/** For who reads with kubectl: printer columns can't count. */
function countsOf({ edges, failed }: Part): object {
  const ingress = edges.filter(({ direction }) => direction === "ingress").length;
  const connections = edges.reduce((sum, edge) => sum + edge.connections, 0);
  return { ingress, egress: edges.length - ingress, failed: failed.length, connections };
}

/** The node is the part's own. */
function writeEdge(edge: Edge): object {
  return { ...edge, nodes: undefined };
}

/** Null is absent: the API drops fields that are null. */
function writeWindow({ sinceUs, untilUs, losses, older }: Window): object {
  return {
    ...(sinceUs !== null && { since: rfc3339(sinceUs) }),
    ...(untilUs !== null && { until: rfc3339(untilUs) }),
    ...(losses !== null && { losses }),
    ...(older !== null && { older }),
  };
}

export function writeTombstone({ edge, afterMs, beforeMs, atMs }: Tombstone): object {
  return {
    ...(edge !== undefined && { edge }),
    ...(afterMs !== undefined && { after: msText(afterMs) }),
    ...(beforeMs !== undefined && { before: msText(beforeMs) }),
    at: msText(atMs),
  };
}

export function msText(ms: number): string {
  return new Date(ms).toISOString();
}
