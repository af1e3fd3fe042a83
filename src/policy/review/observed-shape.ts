import { Type } from "typebox";

/** Through what a profile was seen, and what was lost meanwhile: the same beside the profile and in the review. */

const Count = Type.Integer({ minimum: 0 });
const Time = Type.String({ format: "date-time", description: "RFC 3339, UTC" });

const Losses = Type.Object({
  sampledOut: Type.Integer({
    minimum: 0,
    description: "Packets left out, for there were more than the budget allows.",
  }),
  overflowed: Type.Integer({ minimum: 0, description: "Events that the agent was too slow to take." }),
  evicted: Type.Integer({ minimum: 0, description: "Connections forgotten for want of room." }),
  restarts: Type.Integer({ minimum: 0, description: "Times that capture began anew." }),
  unwatchedSeconds: Type.Integer({
    minimum: 0,
    description: "How long nobody watched meanwhile, with what could not be told any more.",
  }),
});

const Older = Type.Object(
  {
    conntrack: Type.Enum(["whole", "part", "none"], { type: "string" }),
    reason: Type.Optional(Type.String()),
    connections: Count,
    listenedSeconds: Type.Number({ minimum: 0 }),
    cutShort: Count,
  },
  { description: "What was done to know the connections that were open before capture began." },
);

export const Observed = Type.Object({
  since: Type.Union([Time, Type.Null()]),
  until: Type.Union([Time, Type.Null()]),
  connections: Count,
  dropped: Type.Union([Count, Type.Null()], { description: "Packets the kernel had no room for." }),
  losses: Type.Union([Losses, Type.Null()]),
  older: Type.Union([Older, Type.Null()]),
});
