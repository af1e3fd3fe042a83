import { type Static, Type } from "typebox";

/** What people decide of a workload, so that every policy generated later repeats it. */

/** Who may connect in one direction; what each mode means is told by the generator's options. */
export const MODES = ["learned", "allow-all", "allow-namespace", "deny-all"] as const;

const ModeSchema = Type.Enum(MODES, { type: "string" });

const AddressChoice = Type.Object(
  {
    id: Type.String({
      maxLength: 256,
      description: "An outside or unresolved address, or an edge to one.",
      examples: ["external/203.0.113.9", "unresolved/10.9.9.9", "egress|external/203.0.113.9|TCP|443"],
    }),
    alias: Type.Optional(Type.String({ minLength: 1, maxLength: 63, description: "What people call it." })),
    cidr: Type.Optional(
      Type.String({ maxLength: 49, description: "The network to write in its place; it holds the address." }),
    ),
    allowed: Type.Optional(
      Type.Boolean({ description: "A rule for it whatever the defaults think of it, or none. Open where absent." }),
    ),
  },
  { additionalProperties: false },
);

export const AddressChoicesSchema = Type.Array(AddressChoice, {
  maxItems: 1024,
  default: [],
  description: "What to make of outside and unresolved addresses; of two that speak of an edge, the edge's own wins.",
});

export const DecisionsSchema = Type.Object(
  {
    ingress: Type.Optional(ModeSchema),
    egress: Type.Optional(ModeSchema),
    addresses: Type.Optional(AddressChoicesSchema),
  },
  {
    additionalProperties: false,
    description: "Defaults of later generations; what a request asks for overrides them, field by field and id by id.",
  },
);

export type AddressChoice = Static<typeof AddressChoice>;
export type Decisions = Static<typeof DecisionsSchema>;
