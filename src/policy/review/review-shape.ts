import { type Static, Type } from "typebox";
import { Observed } from "./observed-shape.ts";

/** What is told of a generated policy before anybody applies it, as JSON Schema and as a type. */

const Ref = Type.Object({ namespace: Type.String(), kind: Type.String(), name: Type.String() });
const Texts = Type.Array(Type.String());
const Count = Type.Integer({ minimum: 0 });
const Time = Type.String({ format: "date-time", description: "RFC 3339, UTC" });

const Peer = Type.Union([
  Type.Object({ type: Type.Literal("workload"), namespace: Type.String(), kind: Type.String(), name: Type.String() }),
  Type.Object({ type: Type.Literal("host"), ip: Type.String(), name: Type.Optional(Type.String()) }),
  Type.Object({
    type: Type.Literal("external"),
    ip: Type.String(),
    names: Type.Optional(Texts),
    claimedNames: Type.Optional(Texts),
  }),
  Type.Object({ type: Type.Literal("unresolved"), ip: Type.String(), reason: Type.String() }),
]);

const ReviewedEdge = Type.Object({
  id: Type.String({ description: "As `leaveOut`, `keep` and ?edge= take it." }),
  direction: Type.Enum(["ingress", "egress"]),
  peer: Peer,
  protocol: Type.Enum(["TCP", "UDP", "SCTP"]),
  port: Count,
  connections: Count,
  firstSeen: Time,
  lastSeen: Time,
});

const Passed = Type.Object({
  edge: ReviewedEdge,
  by: Type.Array(Type.String(), { description: "Rules, such as `shop/javaapp: egress[1]`, or why none is needed." }),
});

const LeftOut = Type.Object({
  edge: ReviewedEdge,
  code: Type.String(),
  reason: Type.String(),
  allowedAnyway: Type.Array(Type.String(), { description: "What lets it through all the same." }),
});

const ReviewedRule = Type.Object({
  name: Type.String({ description: "`namespace/policy: egress[1]`" }),
  origin: Type.Enum(["learned", "dns", "option"]),
  needed: Type.Boolean({ description: "Without it an edge that passes would be refused." }),
  openings: Type.Array(Type.String(), { description: "What it lets through, one peer and port each." }),
  edges: Type.Array(Type.String(), { description: "Ids of the edges it was made from." }),
});

const Warning = Type.Object({
  severity: Type.Enum(["critical", "warning", "info"]),
  code: Type.String(),
  message: Type.String(),
});

const Existing = Type.Object(
  {
    policy: Type.String(),
    directions: Type.Array(Type.Enum(["ingress", "egress"])),
    allowsBeyond: Type.Array(Type.String(), { description: "What it lets through that the new policy does not." }),
  },
  { description: "A policy of the cluster that selects the same pods." },
);

const Replaced = Type.Object(
  {
    policy: Type.String(),
    isByWeir: Type.Boolean(),
    changes: Type.Array(Type.String(), { description: "Lines that begin with + or -." }),
  },
  { description: "The policy of the same name in the cluster." },
);

const Undo = Type.Object({
  action: Type.Enum(["delete", "restore"]),
  policy: Type.Unsafe<object>({ type: "object", additionalProperties: true }),
});

const Dialect = Type.Object(
  {
    name: Type.Enum(["cilium", "calico", "cluster"]),
    notes: Type.Array(Type.String(), { description: "What it says otherwise, better or not at all." }),
  },
  {
    description:
      "Of a policy that is no networking.k8s.io/v1 NetworkPolicy; that one was proven, this one says the same.",
  },
);

const Decision = Type.Object({
  decision: Type.String({ description: "`egress: deny-all`, `external/203.0.113.9: allowed`" }),
  effect: Type.Enum(["in force", "overridden", "without effect", "unmatched"], {
    description:
      "`overridden` by what was asked for; `without effect` where the mode asks nothing of it or only attempts failed; " +
      "`unmatched` where it names nothing that was seen.",
  }),
});

export const ReviewSchema = Type.Object({
  workload: Ref,
  policy: Type.Union([Type.String(), Type.Null()], { description: "`namespace/name`" }),
  withheld: Type.Union([Type.Object({ code: Type.String(), reason: Type.String() }), Type.Null()], {
    description: "Why no policy was written.",
  }),
  nodes: Type.Object({ seen: Count, expected: Count, stale: Type.Optional(Count) }),
  observed: Observed,
  learned: Type.Object({
    word: Type.String(),
    chanceOfNew: Type.Number(),
    lostShare: Type.Optional(Type.Number({ description: "Of what happened what nobody can have seen." })),
  }),
  dialect: Type.Optional(Dialect),
  decisions: Type.Optional(
    Type.Array(Decision, { description: "Decisions kept with the profile, and what became of them here." }),
  ),
  warnings: Type.Array(Warning),
  passed: Type.Array(Passed),
  leftOut: Type.Array(LeftOut),
  rules: Type.Array(ReviewedRule),
  existing: Type.Array(Existing),
  replaces: Type.Union([Replaced, Type.Null()]),
  undo: Type.Union([Undo, Type.Null()]),
});

export type Review = Static<typeof ReviewSchema>;
export type ReviewedEdge = Static<typeof ReviewedEdge>;
export type PassedEdge = Static<typeof Passed>;
export type LeftOutEdge = Static<typeof LeftOut>;
export type DecisionEffect = Static<typeof Decision>;
export type ReviewedRule = Static<typeof ReviewedRule>;
export type Warning = Static<typeof Warning>;
export type ExistingPolicy = Static<typeof Existing>;
export type ReplacedPolicy = Static<typeof Replaced>;
