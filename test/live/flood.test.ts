import { setTimeout as pause } from "node:timers/promises";
import t from "tap";
import { FloodLab } from "../../bench/flood/flood-lab.ts";
import { eventually } from "../demo/eventually.ts";
import { whyNoCapture } from "./capture-in-sandbox.ts";

t.setTimeout(300_000);

const skip = (await whyNoCapture()) ?? false;
const FLOOD_SECONDS = 4;

await t.test("a flood of forged SYNs to an open port", { skip }, async (t) => {
  const lab = await FloodLab.start({ synCookies: 1 });
  t.teardown(() => lab.stop());
  await eventually("the agent is ready", () => lab.get("/readyz"));
  const learned = async (): Promise<number> =>
    (await lab.profile()).ingress.reduce((sum, { connections }) => sum + connections, 0);

  await t.test(
    "does not keep the agent from answering, and every packet of it is accounted for as read or dropped",
    async (t) => {
      const [sent, tookMs] = await Promise.all([
        lab.flood(80, FLOOD_SECONDS),
        lab.ask(FLOOD_SECONDS),
        lab.connect(5, 100),
      ]);
      t.ok(tookMs.length > 1, `${tookMs.length} answers`);
      const seen = await eventually("the flood is accounted for", async () => {
        const { packets, dropped } = await lab.losses();
        return packets + dropped >= sent ? { packets, dropped } : undefined;
      });
      t.ok(seen.packets > 0);
    },
  );

  await t.test("puts no forged source among the edges, and connections made after it are all learned", async (t) => {
    await pause(3_000); // what is left of the flood in the ring is read, and all packets are looked at again
    const before = await learned();
    t.equal(await lab.connect(20, 0), 20);
    await eventually("all are learned", async () => ((await learned()) >= before + 20 ? true : undefined));
    const { ingress } = await lab.profile();
    t.match(
      ingress.map(({ peer }) => peer),
      [{ type: "workload", name: "client" }],
    );
    t.equal(ingress.length, 1);
  });

  await t.test("costs no more memory than the manifest gives", async (t) => {
    t.ok(lab.peakMiB("capture") <= 384, `capture ${lab.peakMiB("capture")} MiB`);
    t.ok(lab.peakMiB("agent") <= 384, `agent ${lab.peakMiB("agent")} MiB`);
  });

  await t.test(
    "does not hinder a capture that is killed in its midst from being begun again, and learning goes on",
    async (t) => {
      const flood = lab.flood(81, FLOOD_SECONDS);
      await pause(1_000);
      const before = lab.pid("capture");
      await lab.kill("capture");
      await eventually("another one runs", async () => {
        const now = lab.pid("capture");
        return now !== undefined && now !== before ? true : undefined;
      });
      await flood;
      await eventually("it is said", async () =>
        (await lab.get("/readyz"))?.includes("restarted 1 times") ? true : undefined,
      );
      const known = await learned();
      t.equal(await lab.connect(5, 0), 5);
      await eventually("all are learned", async () => ((await learned()) >= known + 5 ? true : undefined));
    },
  );

  await t.test("does not keep capture alive when the agent is killed in its midst", async () => {
    const flood = lab.flood(81, FLOOD_SECONDS);
    await pause(1_000);
    await lab.kill("agent");
    await eventually("capture has ended", async () => (lab.pid("capture") === undefined ? true : undefined));
    await flood;
  });
});
