import { parseAllDocuments } from "yaml";

/** networking.k8s.io/v1 NetworkPolicy, read anew here: the enforcer judges what weir writes and shares nothing with it. */
export interface NetworkPolicy {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly podSelector?: LabelSelector | null;
    readonly policyTypes?: readonly string[] | null;
    readonly ingress?: readonly IngressRule[] | null;
    readonly egress?: readonly EgressRule[] | null;
  };
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>> | null;
  readonly matchExpressions?: readonly Requirement[] | null;
}

export interface Requirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values?: readonly string[] | null;
}

export interface IngressRule {
  readonly from?: readonly Peer[] | null;
  readonly ports?: readonly Port[] | null;
}

export interface EgressRule {
  readonly to?: readonly Peer[] | null;
  readonly ports?: readonly Port[] | null;
}

export interface Peer {
  readonly podSelector?: LabelSelector | null;
  readonly namespaceSelector?: LabelSelector | null;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] | null } | null;
}

export interface Port {
  readonly protocol?: "TCP" | "UDP" | "SCTP" | null;
  readonly port?: number | string | null;
  readonly endPort?: number | null;
}

/** The policies of a stream of YAML documents, Lists taken apart; other kinds are passed over. Throws on broken YAML. */
export function readPolicies(yaml: string): readonly NetworkPolicy[] {
  return [...parseAllDocuments(yaml)].flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return policiesOf(document.toJS());
  });
}

function policiesOf(value: unknown): readonly NetworkPolicy[] {
  if (typeof value !== "object" || value === null) return [];
  const { kind, items, metadata } = value as { kind?: string; items?: readonly unknown[]; metadata?: object };
  if (kind === "List" || kind === "NetworkPolicyList") return (items ?? []).flatMap(policiesOf);
  if (kind !== "NetworkPolicy") return [];
  return [{ ...(value as NetworkPolicy), metadata: { namespace: "default", name: "", ...metadata } }];
}
