import { Type } from "typebox";
import { DecisionsSchema } from "../profile/decisions.ts";
import { Observed } from "../policy/review/observed-shape.ts";

/**
 * What the HTTP side answers, as JSON Schema: /openapi.json is made from these, and the tests hold the
 * answers against them.
 */

const protocol = Type.Union([Type.Literal("TCP"), Type.Literal("UDP"), Type.Literal("SCTP")]);
const time = Type.String({ format: "date-time", description: "RFC 3339, UTC" });
const port = Type.Integer({ minimum: 0, maximum: 65_535, description: "server port, after DNAT; 0 where unknown" });
const count = Type.Integer({ minimum: 0 });

export const workloadRef = Type.Object({ namespace: Type.String(), kind: Type.String(), name: Type.String() });

const bytes = Type.Union([
  Type.Null(),
  Type.Object({ toServer: count, toClient: count, exact: Type.Boolean() }, { description: "payload octets" }),
]);

const peer = Type.Union([
  Type.Object({ type: Type.Literal("workload"), namespace: Type.String(), kind: Type.String(), name: Type.String() }),
  Type.Object({ type: Type.Literal("host"), ip: Type.String(), name: Type.Optional(Type.String()) }),
  Type.Object({
    type: Type.Literal("external"),
    ip: Type.String(),
    names: Type.Optional(Type.Array(Type.String())),
    claimedNames: Type.Optional(
      Type.Array(Type.String(), { description: "those of `names` that only the client said, as a TLS server name" }),
    ),
  }),
  Type.Object({ type: Type.Literal("unresolved"), ip: Type.String(), reason: Type.String() }),
]);

const edge = Type.Object({
  id: Type.String({ description: "names this edge in ?edge= of DELETE" }),
  direction: Type.Union([Type.Literal("ingress"), Type.Literal("egress")]),
  peer,
  protocol,
  port,
  connections: count,
  occasions: Type.Optional(
    Type.Integer({ minimum: 0, description: "times that it came, connections within a minute being one" }),
  ),
  open: Type.Optional(
    Type.Integer({ minimum: 0, description: "of the connections those whose end was not seen, if any" }),
  ),
  bytes,
  outcomes: Type.Record(Type.String(), count),
  firstSeen: time,
  lastSeen: time,
  pods: Type.Array(Type.String()),
  nodes: Type.Array(Type.String()),
  resolution: Type.Union([Type.Literal("address"), Type.Literal("endpoints")]),
});

const nodes = Type.Object(
  { seen: count, expected: count, stale: Type.Optional(count) },
  {
    description:
      "Of the nodes that run its pods those from which there is word; `stale` are others whose word of before counts, where no agent is ready now.",
  },
);

const learned = Type.Object({
  word: Type.String(),
  chanceOfNew: Type.Number({
    minimum: 0,
    maximum: 1,
    description: "upper bound (95 %) of the chance that the next connection shows an edge never seen",
  }),
  lostShare: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1,
      description: "share of what it did that can't be in the profile: lost, unwatched, or on nodes without word",
    }),
  ),
});

export const profile = Type.Object({
  workload: workloadRef,
  selector: Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()]),
  pods: Type.Array(Type.String()),
  nodes,
  observed: Observed,
  learned,
  ingress: Type.Array(edge),
  egress: Type.Array(edge),
  failed: Type.Array(edge, {
    description:
      "attempts that came to nothing; 0.0.0.0/0 and ::/0 stand for all outside sources that are not told one by one, port 0 for all ports",
  }),
  overflowed: count,
});

export const profileSummaries = Type.Object({
  profiles: Type.Array(
    Type.Object({
      workload: workloadRef,
      pods: count,
      nodes,
      observed: Observed,
      learned,
      ingress: count,
      egress: count,
      failed: count,
    }),
  ),
});

export const graph = Type.Object({
  nodes: Type.Array(Type.Intersect([Type.Object({ id: Type.String() }), peer])),
  edges: Type.Array(Type.Object({ source: Type.String(), target: Type.String(), protocol, port, connections: count })),
});

export const forgotten = Type.Object({
  forgotten: Type.Array(Type.String(), { description: "ids of the edges forgotten" }),
});

export const decisionsList = Type.Object({
  decisions: Type.Array(
    Type.Object({
      workload: workloadRef,
      isKnown: Type.Boolean({ description: "the cluster has the workload, or it was seen" }),
      decisions: DecisionsSchema,
    }),
  ),
});

export const health = Type.Object({
  status: Type.Union([Type.Literal("ok"), Type.Literal("not ready")]),
  conditions: Type.Array(Type.Object({ name: Type.String(), ok: Type.Boolean(), detail: Type.String() })),
});

export const problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  instance: Type.String(),
});

const anything = Type.Object({}, { additionalProperties: true });

export const checkBody = Type.Object(
  {
    policies: Type.Array(anything, { description: "networking.k8s.io/v1 NetworkPolicies, instead of the cluster's" }),
    probes: Type.Optional(
      Type.Array(anything, { description: "{from, to, port, protocol?}; without them, everything that was observed" }),
    ),
  },
  { additionalProperties: false },
);

export const answers = Type.Object({
  verdicts: Type.Array(
    Type.Object({
      from: Type.String({ description: "namespace/pod, or an address" }),
      to: Type.String(),
      port,
      protocol,
      allowed: Type.Boolean(),
      because: Type.Array(Type.String()),
    }),
  ),
});
