import t from "tap";
import { server } from "../server/ask.ts";
import { weir } from "./run.ts";

const { app } = await server();
const agent = await app.listen({ host: "127.0.0.1", port: 0 });
t.teardown(() => app.close());
const id = "egress|external/203.0.113.66|TCP|1389";

await t.test("weir forget takes an edge out of a running agent's profile and prints its id", async (t) => {
  const { status, stdout, stderr } = await weir(["forget", "shop/deployment/javaapp", "--edge", id, "--agent", agent]);
  t.strictSame([status, stdout, stderr], [0, `${id}\n`, ""]);
  const { egress } = (await app.inject("/api/v1/profiles/shop/deployment/javaapp")).json();
  t.strictSame(
    egress.map((edge: { id: string }) => edge.id),
    ["egress|workload/data/Deployment/database|TCP|5432"],
  );
});

await t.test("what was not there is said, and is no failure; times narrow it", async (t) => {
  const before = ["--before", "2020-01-01T00:00:00Z", "--after", "2019-01-01T00:00:00Z"];
  const { status, stdout, stderr } = await weir(["forget", "shop/deployment/javaapp", ...before, "--agent", agent]);
  t.strictSame([status, stdout, stderr], [0, "", "weir: nothing of that was in the profile\n"]);
});

await t.test("a workload that the agent doesn't know is one clear line and exit status 2", async (t) => {
  const { status, stderr } = await weir(["forget", "shop/deployment/nobody", "--agent", agent]);
  t.strictSame([status, stderr], [2, "weir: no workload shop/deployment/nobody is known\n"]);
});
