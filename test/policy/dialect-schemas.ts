import { type TSchema, Type } from "typebox";

/**
 * What an API server would hold the policies against: of the published CustomResourceDefinitions the fields that weir
 * writes, closed, with their types and limits, in our own words. Written after ciliumnetworkpolicies.cilium.io (v2,
 * cilium/cilium, pkg/k8s/apis/cilium.io/client/crds/v2) and networkpolicies.projectcalico.org (v3,
 * projectcalico/calico, api/config/crd), and ClusterNetworkPolicy (v1alpha2, kubernetes-sigs/network-policy-api,
 * apis/v1alpha2/clusternetworkpolicy_types.go, standard channel). Closed, because the API server would drop unknown fields in silence.
 */

function closed(properties: Record<string, TSchema>): TSchema {
  return Type.Object(properties, { additionalProperties: false });
}

const metadata = closed({
  name: Type.String({ pattern: "^[a-z0-9.-]{1,253}$" }),
  namespace: Type.String({ pattern: "^[a-z0-9-]{1,63}$" }),
  labels: Type.Record(Type.String(), Type.String({ maxLength: 63 })),
});

const labelSelector = closed({
  matchLabels: Type.Optional(Type.Record(Type.String(), Type.String({ maxLength: 63 }))),
  matchExpressions: Type.Optional(
    Type.Array(
      closed({
        key: Type.String(),
        operator: Type.Enum(["In", "NotIn", "Exists", "DoesNotExist"]),
        values: Type.Optional(Type.Array(Type.String())),
      }),
    ),
  ),
});

const ciliumPorts = Type.Optional(
  Type.Array(
    closed({
      ports: Type.Array(
        closed({
          port: Type.String({ pattern: "^([1-9][0-9]{0,4}|0)$" }),
          endPort: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
          protocol: Type.Enum(["TCP", "UDP", "SCTP", "ANY"]),
        }),
        { maxItems: 40 },
      ),
      rules: Type.Optional(closed({ dns: Type.Array(closed({ matchPattern: Type.String({ maxLength: 255 }) })) })),
    }),
  ),
);

const entities = Type.Optional(
  Type.Array(Type.Enum(["all", "world", "cluster", "host", "remote-node", "kube-apiserver"])),
);
const cidrs = Type.Optional(Type.Array(Type.String({ pattern: "^[0-9a-f.:]+/[0-9]{1,3}$" })));
const endpoints = Type.Optional(Type.Array(labelSelector));

export const CILIUM = closed({
  apiVersion: Type.Literal("cilium.io/v2"),
  kind: Type.Literal("CiliumNetworkPolicy"),
  metadata,
  spec: closed({
    endpointSelector: labelSelector,
    ingress: Type.Optional(
      Type.Array(closed({ fromEndpoints: endpoints, fromEntities: entities, fromCIDR: cidrs, toPorts: ciliumPorts })),
    ),
    egress: Type.Optional(
      Type.Array(
        closed({
          toEndpoints: endpoints,
          toEntities: entities,
          toCIDR: cidrs,
          toFQDNs: Type.Optional(
            Type.Array(closed({ matchName: Type.String({ maxLength: 255, pattern: "^([-a-zA-Z0-9_]+[.]?)+$" }) })),
          ),
          toPorts: ciliumPorts,
        }),
      ),
    ),
  }),
});

const calicoEntity = Type.Optional(
  closed({
    selector: Type.Optional(Type.String({ maxLength: 1024 })),
    namespaceSelector: Type.Optional(Type.String({ maxLength: 1024 })),
    nets: Type.Optional(Type.Array(Type.String(), { maxItems: 256, uniqueItems: true })),
    ports: Type.Optional(
      Type.Array(Type.Union([Type.Integer(), Type.String({ pattern: "^\\d+:\\d+$" })]), { maxItems: 50 }),
    ),
  }),
);
const calicoRules = Type.Optional(
  Type.Array(
    closed({
      action: Type.Enum(["Allow", "Deny", "Log", "Pass"]),
      protocol: Type.Optional(Type.Enum(["TCP", "UDP", "SCTP"])),
      source: calicoEntity,
      destination: calicoEntity,
    }),
  ),
);

export const CALICO = closed({
  apiVersion: Type.Literal("projectcalico.org/v3"),
  kind: Type.Literal("NetworkPolicy"),
  metadata,
  spec: closed({
    selector: Type.String({ maxLength: 4096 }),
    types: Type.Array(Type.Enum(["Ingress", "Egress"]), { minItems: 1 }),
    ingress: calicoRules,
    egress: calicoRules,
  }),
});

const clusterPods = closed({ namespaceSelector: labelSelector, podSelector: labelSelector });
const portNumber = Type.Integer({ minimum: 1, maximum: 65_535 });
const destination = closed({
  destinationPort: Type.Union([
    closed({ number: portNumber }),
    closed({ range: closed({ start: portNumber, end: portNumber }) }),
  ]),
});

function clusterRules(way: "from" | "to"): TSchema {
  const named = [closed({ namespaces: labelSelector }), closed({ pods: clusterPods })];
  const networks = Type.Array(Type.String({ maxLength: 43 }), { minItems: 1, maxItems: 25, uniqueItems: true });
  const peer = Type.Union(way === "from" ? named : [...named, closed({ networks })]);
  const rule = closed({
    name: Type.Optional(Type.String({ maxLength: 100 })),
    action: Type.Enum(["Accept", "Deny", "Pass"]),
    [way]: Type.Array(peer, { minItems: 1, maxItems: 25 }),
    protocols: Type.Optional(
      Type.Array(
        Type.Union([closed({ tcp: destination }), closed({ udp: destination }), closed({ sctp: destination })]),
        { minItems: 1, maxItems: 25 },
      ),
    ),
  });
  return Type.Optional(Type.Array(rule, { maxItems: 25 }));
}

export const CLUSTER_POLICY = closed({
  apiVersion: Type.Literal("policy.networking.k8s.io/v1alpha2"),
  kind: Type.Literal("ClusterNetworkPolicy"),
  metadata: closed({
    name: Type.String({ pattern: "^[a-z0-9.-]{1,253}$" }),
    labels: Type.Record(Type.String(), Type.String({ maxLength: 63 })),
  }),
  spec: closed({
    tier: Type.Enum(["Admin", "Baseline"]),
    priority: Type.Integer({ minimum: 0, maximum: 1000 }),
    subject: closed({ pods: clusterPods }),
    ingress: clusterRules("from"),
    egress: clusterRules("to"),
  }),
});
