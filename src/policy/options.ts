import { type Static, Type } from "typebox";
import { AddressChoicesSchema, MODES } from "../profile/decisions.ts";

function mode(description: string) {
  return Type.Enum(MODES, {
    type: "string",
    default: "learned",
    description,
  });
}

const Port = Type.Object(
  {
    protocol: Type.Optional(Type.Enum(["TCP", "UDP", "SCTP"], { type: "string", default: "TCP" })),
    port: Type.Integer({ minimum: 1, maximum: 65535 }),
    endPort: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535, description: "Last port of a range." })),
  },
  { additionalProperties: false },
);

const ExtraCidr = Type.Object(
  {
    cidr: Type.String({ maxLength: 49, examples: ["203.0.113.0/24", "2001:db8::/32"] }),
    ports: Type.Optional(
      Type.Array(Port, { maxItems: 64, default: [], description: "Every port of every protocol where empty." }),
    ),
  },
  { additionalProperties: false },
);

const EdgeOrPeerKeys = {
  maxItems: 4096,
  default: [],
  uniqueItems: true,
  examples: [["egress|external/203.0.113.9|TCP|443", "external/203.0.113.9", "workload/shop/Deployment/db"]],
};

/**
 * What a caller may ask of the generator: the body of the HTTP request, the flags of `weir analyze`, and every
 * default, in one schema. What a schema cannot say (is this a CIDR?) is checked by resolve-options.ts.
 */
export const GeneratorOptionsSchema = Type.Object(
  {
    ingress: Type.Optional(
      mode("Who may connect: those that were seen to, everybody, every pod of the namespace, nobody."),
    ),
    egress: Type.Optional(
      mode(
        "Where the pods may connect to. `learned` and `allow-namespace` let DNS through to the resolvers that were " +
          "seen to be used; `deny-all` does not.",
      ),
    ),
    directions: Type.Optional(
      Type.Array(Type.Enum(["ingress", "egress"], { type: "string" }), {
        minItems: 1,
        uniqueItems: true,
        default: ["ingress", "egress"],
        description: "What the policy isolates. In a direction left out here it changes nothing, whatever the mode.",
      }),
    ),
    ingressCidrs: Type.Optional(
      Type.Array(ExtraCidr, { maxItems: 256, default: [], description: "Let in, whatever the mode." }),
    ),
    egressCidrs: Type.Optional(
      Type.Array(ExtraCidr, { maxItems: 256, default: [], description: "Let out, whatever the mode." }),
    ),
    external: Type.Optional(
      Type.Object(
        {
          mode: Type.Optional(
            Type.Enum(["single", "aggregate", "none"], {
              type: "string",
              default: "single",
              description:
                "Outside addresses one by one (/32, /128), as the networks around them where there are enough of them, or left out.",
            }),
          ),
          leastAddresses: Type.Optional(
            Type.Integer({
              minimum: 2,
              maximum: 4096,
              default: 4,
              description: "So many addresses of one port it takes for `aggregate` to make a network of them.",
            }),
          ),
          prefixLength: Type.Optional(
            Type.Object(
              {
                ipv4: Type.Optional(Type.Integer({ minimum: 8, maximum: 32, default: 24 })),
                ipv6: Type.Optional(Type.Integer({ minimum: 16, maximum: 128, default: 64 })),
              },
              { additionalProperties: false, default: {}, description: "No network that `aggregate` makes is wider." },
            ),
          ),
        },
        { additionalProperties: false, default: {} },
      ),
    ),
    includeUnnamedExternal: Type.Optional(
      Type.Boolean({
        default: false,
        description: "Let out to outside addresses that no DNS answer led to. Else they are listed as left out.",
      }),
    ),
    includeSuspicious: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          "Let out to outside addresses on ports such as those of LDAP, RMI and SMB. Else listed as left out.",
      }),
    ),
    publishedPorts: Type.Optional(
      Type.Enum(["open", "observed"], {
        type: "string",
        default: "open",
        description:
          "A port that a NodePort or LoadBalancer Service publishes and outside clients were seen on: open to every " +
          "address, since nodes rewrite the client's, or only to the addresses seen.",
      }),
    ),
    includeServicePorts: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          "Let out also to the ports of the Services in front of a peer, at the pods that they select: for plugins that " +
          "judge egress before a Service is resolved to a pod, such as the AWS VPC CNI.",
      }),
    ),
    addresses: Type.Optional(AddressChoicesSchema),
    leaveOut: Type.Optional(
      Type.Array(Type.String({ maxLength: 1024 }), {
        ...EdgeOrPeerKeys,
        description: "Edges or peers to make no rule for.",
      }),
    ),
    keep: Type.Optional(
      Type.Array(Type.String({ maxLength: 1024 }), {
        ...EdgeOrPeerKeys,
        description: "Edges or peers to make a rule for though a default or another option would hold them back.",
      }),
    ),
    dialect: Type.Optional(
      Type.Enum(["kubernetes", "cilium", "calico", "cluster"], {
        type: "string",
        default: "kubernetes",
        description:
          "networking.k8s.io/v1 NetworkPolicy, cilium.io/v2 CiliumNetworkPolicy, projectcalico.org/v3 NetworkPolicy or " +
          "policy.networking.k8s.io/v1alpha2 ClusterNetworkPolicy. " +
          "What is proven is the first; the review's `dialect` says where another differs.",
      }),
    ),
    since: Type.Optional(
      Type.String({ format: "date-time", description: "Edges last seen before this time are left out." }),
    ),
    leastConnections: Type.Optional(
      Type.Integer({ minimum: 1, default: 1, description: "Edges with fewer connections are left out; DNS is not." }),
    ),
    maxPorts: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1024,
        default: 20,
        description: "Ports of one protocol listed for a peer before they are drawn together into ranges.",
      }),
    ),
    name: Type.Optional(
      Type.String({
        maxLength: 253,
        default: "{name}",
        description: "Name of the policy; {name}, {kind} and {namespace} are those of the workload.",
      }),
    ),
    labels: Type.Optional(
      Type.Record(Type.String(), Type.String({ maxLength: 63 }), {
        maxProperties: 64,
        default: {},
        description: "Labels of your own on the policy.",
      }),
    ),
    includeSystemNamespaces: Type.Optional(
      Type.Boolean({ default: false, description: "Policies for the workloads of kube-system and the like as well." }),
    ),
  },
  { additionalProperties: false },
);

/** As a caller writes them: everything may be absent. */
export type GeneratorOptions = Static<typeof GeneratorOptionsSchema>;
