import { writeFileSync } from "node:fs";
import { pino } from "pino";
import t from "tap";
import type { Access } from "../../src/server/access/access.ts";
import { FollowedCertificate } from "../../src/server/tls/certificate-source.ts";
import { keepSelfMade } from "../../src/server/tls/keep-self-made.ts";
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

await t.test("an agent that asks who calls is shown a token, over TLS and not without", async (t) => {
  const folder = t.testdir();
  const files = { cert: `${folder}/tls.crt`, key: `${folder}/tls.key` };
  keepSelfMade({ files, names: ["localhost"], nowMs: Date.now() });
  const certificates = new FollowedCertificate({ files, logger: pino({ level: "silent" }) });
  const shown: (string | undefined)[] = [];
  const access: Access = {
    asks: true,
    identify: (authorization) => {
      shown.push(authorization);
      return Promise.resolve({ id: "me", username: "me", groups: [] });
    },
    allows: () => Promise.resolve(true),
    allowsOneOfMany: () => Promise.resolve(true),
  };
  const secured = await server([], { certificates, access, hosts: "any" });
  t.teardown(() => secured.app.close());
  const url = (await secured.app.listen({ host: "127.0.0.1", port: 0 })).replace(/^.*:/u, "https://localhost:");
  const token = `${folder}/token`;
  writeFileSync(token, "secret\n");
  const args = ["forget", "shop/deployment/javaapp", "--edge", id, "--token-file", token];
  t.match(await weir([...args, "--ca", files.cert, "--agent", url]), { status: 0, stdout: `${id}\n` });
  t.strictSame(shown, ["Bearer secret"]);
  t.match(await weir([...args, "--agent", url]), { status: 2, stderr: /SELF_SIGNED_CERT\n$/u });
  t.match(await weir([...args, "--agent", agent]), { status: 2, stderr: /a token is sent over https only\n$/u });
  t.match(await weir([...args.slice(0, -1), "/nowhere", "--agent", url]), {
    status: 2,
    stderr: /--token-file ENOENT/u,
  });
});
