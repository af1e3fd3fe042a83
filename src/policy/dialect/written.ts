/** Any policy as an API object. */
export interface PolicyDocument {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    /** Absent where the kind is cluster-scoped. */
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: object;
}

/** A policy in one dialect, and what that dialect says otherwise than networking.k8s.io/v1 does, for people to know. */
export interface Written {
  /** Null where it can't be said in this dialect at all; the last note says why. */
  readonly document: PolicyDocument | null;
  readonly notes: readonly string[];
}

export function unwritable(notes: readonly string[], reason: string): Written {
  return { document: null, notes: [...notes, `no policy is written: ${reason}`] };
}
