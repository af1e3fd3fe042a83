import { hostname } from "node:os";
import t from "tap";
import { ANSWER_HEADERS } from "../../src/server/answer-headers.ts";
import { server } from "./ask.ts";

await t.test("every answer says that nothing may be made of it, and none lets another site read it", async (t) => {
  const { app } = await server();
  const javaapp = "/api/v1/profiles/shop/deployment/javaapp";
  const origin = "https://evil.example";
  for (const question of [
    { url: "/livez" },
    { url: javaapp },
    { url: "/nothing" },
    { url: "/api/v1/flows" },
    { url: "/metrics" },
    { url: javaapp, headers: { host: "evil.example" } },
    { url: javaapp, headers: { origin } },
    { method: "OPTIONS" as const, url: javaapp, headers: { origin, "access-control-request-method": "DELETE" } },
    { method: "POST" as const, url: "/api/v1/check", payload: { policies: 1 } },
  ]) {
    const { headers } = await app.inject(question);
    t.match(headers, ANSWER_HEADERS, question.url);
    t.strictSame(
      Object.keys(headers).filter((name) => name.startsWith("access-control-")),
      [],
      question.url,
    );
  }
});

await t.test("a page of another site may ask nothing, its own may", async (t) => {
  const { app, book } = await server();
  const url = "/api/v1/profiles/shop/deployment/javaapp";
  for (const origin of [
    "https://evil.example",
    "null",
    "http://localhost:80",
    "https://localhost",
    "http://localhost.evil.example",
  ]) {
    const answer = await app.inject({ method: "DELETE", url, headers: { host: "localhost", origin } });
    t.equal(answer.statusCode, 403, origin);
  }
  t.equal(book.size, 3);
  t.equal(
    (await app.inject({ url, headers: { host: "localhost:9447", origin: "http://localhost:9447" } })).statusCode,
    200,
  );
});

await t.test("names that may be rebound are taken only where a token is asked for", async (t) => {
  const names = [
    "localhost",
    "127.0.0.1:9447",
    "[::1]:9447",
    "192.0.2.1:9447",
    "[2001:db8::1]",
    hostname(),
    "evil.example",
  ];
  const accepted = async (hosts: "loopback" | "address" | "any"): Promise<readonly string[]> => {
    const { app } = await server([], { hosts });
    const statuses = await Promise.all(
      names.map(async (host) => (await app.inject({ url: "/api/v1/graph", headers: { host } })).statusCode),
    );
    return names.filter((_, index) => statuses[index] === 200);
  };
  const onLoopback = isLoopbackName(hostname()) ? names.slice(0, 3).concat(hostname()) : names.slice(0, 3);
  t.strictSame(await accepted("loopback"), onLoopback);
  t.strictSame(await accepted("address"), names.slice(0, 6));
  t.strictSame(await accepted("any"), names);
});

function isLoopbackName(name: string): boolean {
  return name === "localhost";
}

await t.test("names of objects may be as long as Kubernetes lets them be", async (t) => {
  const { app } = await server();
  const { statusCode, body } = await app.inject(`/api/v1/profiles/shop/deployment/${"x".repeat(253)}`);
  t.equal(statusCode, 404);
  t.match(body, /no workload shop\/deployment\/x{253} is known/u);
});
