import t from "tap";
import { matchesSelector } from "../../src/cluster/workload/match-selector.ts";
import type { LabelSelectorRequirement } from "../../src/cluster/workload.ts";

const labels = { app: "web", tier: "front" };

function meets(requirement: LabelSelectorRequirement): boolean {
  return matchesSelector({ matchExpressions: [requirement] }, labels);
}

await t.test("an empty selector takes everything in", async (t) => {
  t.equal(matchesSelector({}, labels), true);
  t.equal(matchesSelector({ matchLabels: {}, matchExpressions: [] }, {}), true);
});

await t.test("all labels and all requirements must hold", async (t) => {
  t.equal(matchesSelector({ matchLabels: { app: "web", tier: "front" } }, labels), true);
  t.equal(matchesSelector({ matchLabels: { app: "web", tier: "back" } }, labels), false);
  const exists = { key: "zone", operator: "Exists" } as const;
  t.equal(matchesSelector({ matchLabels: { app: "web" }, matchExpressions: [exists] }, labels), false);
});

await t.test("In and Exists need the key", async (t) => {
  t.equal(meets({ key: "app", operator: "In", values: ["api", "web"] }), true);
  t.equal(meets({ key: "app", operator: "In", values: ["api"] }), false);
  t.equal(meets({ key: "zone", operator: "In", values: ["a"] }), false);
  t.equal(meets({ key: "app", operator: "Exists" }), true);
  t.equal(meets({ key: "zone", operator: "Exists" }), false);
});

await t.test("NotIn and DoesNotExist hold where the key is missing", async (t) => {
  t.equal(meets({ key: "app", operator: "NotIn", values: ["web"] }), false);
  t.equal(meets({ key: "app", operator: "NotIn", values: ["api"] }), true);
  t.equal(meets({ key: "zone", operator: "NotIn", values: ["a"] }), true);
  t.equal(meets({ key: "zone", operator: "DoesNotExist" }), true);
  t.equal(meets({ key: "app", operator: "DoesNotExist" }), false);
});

await t.test("a label key is never found on an object's prototype", async (t) => {
  t.equal(meets({ key: "constructor", operator: "Exists" }), false);
  t.equal(matchesSelector({ matchLabels: { toString: "x" } }, {}), false);
});
