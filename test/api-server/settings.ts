/** Everything about the server that can be chosen; tests choose what differs. */
export interface Settings {
  /** Changes remembered of each resource: what watches can go on from. */
  readonly mostChanges: number;
  /** Namespaces that every cluster has are made at the start, and nothing is created in one that is not there. */
  readonly hasNamespaces: boolean;
  /** Requests need a bearer token. */
  readonly authenticates: boolean;
  /** What a request may do is asked of the stored RBAC objects. */
  readonly authorizes: boolean;
  /** How long after its deletion a pod is gone, as if a kubelet had stopped it; undefined for never. */
  readonly podStopMs: number | undefined;
  readonly now: () => number;
}

export const defaultSettings: Settings = {
  mostChanges: 10_000,
  hasNamespaces: false,
  authenticates: false,
  authorizes: false,
  podStopMs: 0,
  now: Date.now,
};
