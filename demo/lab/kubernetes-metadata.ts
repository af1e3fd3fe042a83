import { createHash } from "node:crypto";

/** The start of every Kubernetes object. */
export interface ObjectHead {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly owner?: ObjectHead;
}

/** `apiVersion`, `kind` and `metadata` as the API server would have filled them in. */
export function head(object: ObjectHead, createdAt: Date): object {
  const { apiVersion, kind, name, namespace, labels, owner } = object;
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    uid: uidOf(object),
    resourceVersion: "1",
    creationTimestamp: timestamp(createdAt),
    ...(labels === undefined ? {} : { labels }),
    ...(owner === undefined ? {} : { ownerReferences: [ownerReference(owner)] }),
  };
  return { apiVersion, kind, metadata };
}

/** Kubernetes times have whole seconds: rounded down, so that an object is never younger than what it did. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

function ownerReference(owner: ObjectHead): object {
  const { apiVersion, kind, name } = owner;
  return { apiVersion, kind, name, uid: uidOf(owner), controller: true, blockOwnerDeletion: true };
}

/** The same object has the same uid in every run. */
function uidOf({ kind, namespace = "", name }: ObjectHead): string {
  const hex = createHash("sha256").update(`${kind}/${namespace}/${name}`).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}
