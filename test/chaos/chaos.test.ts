import t from "tap";
import { fedRounds } from "./fed-rounds.ts";

t.setTimeout(120_000);

const forgetful = new URL("forgetful-store.ts", import.meta.url).pathname;

await t.test("an agent that is killed at random moments under load loses nothing that it had shown", async (t) => {
  const { checked, faults, kills } = await fedRounds({ kills: 3, seed: 3 });
  t.equal(kills, 3);
  t.ok(checked > 10, `${checked} edges had to be there`);
  t.strictSame(faults, []);
});

await t.test("the same is not said of one that loses every third save", async (t) => {
  const env = { NODE_OPTIONS: `--import=${forgetful} --disable-warning=ExperimentalWarning` };
  const { faults } = await fedRounds({ kills: 2, seed: 7, env });
  t.match(faults.join("\n"), /^lost: workload/mu);
});
