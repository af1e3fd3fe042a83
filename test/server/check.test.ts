import t from "tap";
import { Value } from "typebox/value";
import { answers } from "../../src/server/shapes.ts";
import { server } from "./ask.ts";

const url = "/api/v1/check";

function policy(spec: object): object {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { namespace: "shop", name: "one" },
    spec,
  };
}

interface Verdict {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly allowed: boolean;
}

await t.test("without probes everything observed is asked, each kind once", async (t) => {
  const { app } = await server();
  const policies = [policy({ podSelector: { matchLabels: { app: "javaapp" } }, policyTypes: ["Egress"] })];
  const answer = await app.inject({ method: "POST", url, payload: { policies } });
  t.equal(answer.statusCode, 200);
  t.ok(Value.Check(answers, answer.json()));
  const { verdicts } = answer.json() as { verdicts: Verdict[] };
  const texts = verdicts.map(({ from, to, port, allowed }) => `${from} ${to} ${port} ${allowed}`);
  t.equal(new Set(texts).size, texts.length);
  t.ok(
    texts.some((text) => /^shop\/jclient\S* shop\/javaapp\S* 8080 true$/u.test(text)),
    texts.join("\n"),
  );
  t.ok(texts.some((text) => /^shop\/javaapp\S* 203\.0\.113\.66 1389 false$/u.test(text)));
});

await t.test("probes are answered in order, by these policies alone", async (t) => {
  const { app } = await server();
  const probes = [
    { from: "203.0.113.1", to: "203.0.113.2", port: 80 },
    { from: "shop/javaapp-abc-0", to: "203.0.113.66", port: 1389, protocol: "TCP" },
  ];
  const policies = [policy({ podSelector: {}, policyTypes: ["Egress"] })];
  const { verdicts } = (await app.inject({ method: "POST", url, payload: { policies, probes } })).json();
  t.match(verdicts, [{ allowed: true }, { allowed: false, because: [/^shop\/one does not allow egress/u] }]);
});

await t.test("bad policies and probes are 422 with the field's path", async (t) => {
  const { app } = await server();
  const bad = policy({ podSelector: {}, ingress: [{ from: [{}] }] });
  const good = policy({ podSelector: {} });
  for (const [payload, detail] of [
    [{ policies: [good, bad] }, /^policies\[1\]\.spec\.ingress\[0\]\.from\[0\]: /u],
    [
      { policies: [], probes: [{ from: "shop/nobody", to: "10.0.0.1", port: 1 }] },
      /^probes\[0\]\.from: no pod shop\/nobody/u,
    ],
    [{ probes: [] }, /policies/u],
  ] as const) {
    const answer = await app.inject({ method: "POST", url, payload });
    t.equal(answer.statusCode, 422);
    t.match(answer.json().detail, detail);
  }
});
