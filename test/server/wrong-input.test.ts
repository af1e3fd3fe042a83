import t from "tap";
import type { InjectOptions } from "fastify";
import { server } from "./ask.ts";

const policies = "/api/v1/policies/shop/deployment/javaapp";
const json = { "content-type": "application/json" };

const wrong: readonly (readonly [string, number, RegExp, InjectOptions])[] = [
  ["a body that is no JSON", 400, /JSON/u, { method: "POST", url: policies, headers: json, payload: "{" }],
  ["a query that does not exist", 400, /querystring nonsense/u, { url: "/api/v1/graph?nonsense=1" }],
  [
    "a time that is none",
    400,
    /before: "yesterday" is not an RFC 3339 time/u,
    { method: "DELETE", url: "/api/v1/profiles/shop/deployment/javaapp?before=yesterday" },
  ],
  [
    "a workload that nobody knows",
    404,
    /shop\/deployment\/nobody/u,
    { url: "/api/v1/profiles/shop/deployment/nobody" },
  ],
  ["a namespace that nobody knows", 404, /nowhere/u, { method: "POST", url: "/api/v1/policies/nowhere", payload: {} }],
  ["a path that does not exist", 404, /openapi/u, { url: "/api/v2" }],
  [
    "a form that we do not write",
    406,
    /application\/json only/u,
    { url: "/api/v1/profiles", headers: { accept: "image/png" } },
  ],
  [
    "a form in which policies do not come",
    406,
    /application\/json or application\/yaml/u,
    { method: "POST", url: policies, headers: { accept: "text/html" }, payload: {} },
  ],
  [
    "a body larger than the limit",
    413,
    /large/u,
    { method: "POST", url: policies, headers: json, payload: `{"name":"${"x".repeat(300_000)}"}` },
  ],
  [
    "a body of another type",
    415,
    /media type/iu,
    { method: "POST", url: policies, headers: { "content-type": "text/plain" }, payload: "{}" },
  ],
  [
    "a name that a stranger made to point here",
    421,
    /evil\.example/u,
    { url: "/api/v1/profiles", headers: { host: "evil.example:9447" } },
  ],
  ["an option that does not exist", 422, /bogus/u, { method: "POST", url: policies, payload: { bogus: 1 } }],
  ["a mode that does not exist", 422, /egress/u, { method: "POST", url: policies, payload: { egress: "some" } }],
  [
    "an address where a CIDR is wanted",
    422,
    /egressCidrs\[0\]\.cidr: .*203\.0\.113\.1\/32/u,
    { method: "POST", url: policies, payload: { egressCidrs: [{ cidr: "203.0.113.1" }] } },
  ],
  ["a body that is no object", 422, /object/u, { method: "POST", url: policies, headers: json, payload: "[]" }],
];

for (const [what, status, detail, question] of wrong) {
  await t.test(`${what} is answered with a problem document of status ${status}`, async (t) => {
    const { app } = await server();
    const answer = await app.inject(question);
    t.equal(answer.statusCode, status);
    t.match(answer.headers["content-type"], /^application\/problem\+json/u);
    const problem = answer.json();
    t.match(problem, { type: "about:blank", status, instance: question.url });
    t.match(problem.detail, detail);
  });
}

await t.test("more requests than the limit are told so, health excepted", async (t) => {
  const { app } = await server();
  const statuses = await Promise.all(
    Array.from({ length: 150 }, async () => (await app.inject("/api/v1/graph")).statusCode),
  );
  t.ok(statuses.includes(429));
  t.equal((await app.inject("/livez")).statusCode, 200);
  t.match((await app.inject("/api/v1/graph")).json(), { status: 429, title: "Too Many Requests" });
});

await t.test("a HEAD of the flows follows nothing", async (t) => {
  const { app } = await server();
  t.equal((await app.inject({ method: "HEAD", url: "/api/v1/flows?follow=1" })).statusCode, 404);
});
