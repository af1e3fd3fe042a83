import type { WorkloadRef } from "../../cluster/workload.ts";
import type { Seen } from "../make-profile.ts";
import type { Tombstone } from "../forgetting.ts";
import type { Window } from "../observed-window.ts";

/** What one node tells of one workload: its own side of each connection, so that parts can be added up. */
export interface Part extends Seen {
  readonly workload: WorkloadRef;
  readonly node: string;
  /** The store that counted it. It stays the same where a node is given another name, and differs where its disk is new. */
  readonly observer: string;
  /** When it was made, by the node's own clock: only parts of one observer are compared by it. */
  readonly writtenMs: number;
  readonly window: Window;
  /** What was forgotten of the workload that is forgotten in here already. */
  readonly forgotten: readonly Tombstone[];
}

/** The same for the same part, whoever tells of it. */
export function partKey({ workload: { namespace, kind, name }, node, observer }: Part): string {
  return `${namespace}/${kind}/${name} ${node} ${observer}`;
}
