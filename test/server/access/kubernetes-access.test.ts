import t from "tap";
import { ApiFault } from "../../../src/cluster/api/api-fault.ts";
import type { ApiRequest } from "../../../src/cluster/api/connect-api.ts";
import { hashToken } from "../../../src/server/access/bearer-token.ts";
import { KubernetesAccess } from "../../../src/server/access/kubernetes-access.ts";
import { pino } from "pino";
import { accessWorld, binding, type CallerName, tokenOf } from "./world.ts";

const url = "/api/v1/profiles?namespace=shop";

await t.test("one question serves many requests for a minute, and then it is asked anew", async (t) => {
  const { app, api, clock, headersOf } = await accessWorld(t);
  const status = async (caller: CallerName = "shop reader"): Promise<number> =>
    (await app.inject({ url, headers: headersOf(caller) })).statusCode;
  const reviews = (): number => api.asked.filter((path) => path.endsWith("reviews")).length;
  t.strictSame(
    await Promise.all(Array.from({ length: 20 }, () => status())),
    Array.from({ length: 20 }, () => 200),
  );
  t.equal(reviews(), 2, "who, and whether");
  api.remove(binding({ kind: "User", name: "shop reader" }, "weir-reader", "shop"));
  t.equal(await status(), 200, "still fresh");
  clock.nowMs += 60_001;
  t.equal(await status(), 403, "taken away");
  api.put(binding({ kind: "User", name: "shop reader" }, "weir-reader", "shop"));
  clock.nowMs += 10_001;
  t.equal(await status(), 200, "a no holds for ten seconds");
});

await t.test("a token that has ended is refused, and so is one for somebody else", async (t) => {
  const { app, api, clock, headersOf } = await accessWorld(t, { audience: "weir" });
  const { tokens } = api.context;
  const shown = async (token: string): Promise<readonly unknown[]> => {
    const { statusCode, headers } = await app.inject({ url, headers: { authorization: `Bearer ${token}` } });
    return [statusCode, headers["www-authenticate"]];
  };
  const refusal = [401, 'Bearer realm="weir", error="invalid_token"'];
  tokens.add(
    "for-weir",
    { username: "shop reader", groups: [] },
    { audiences: ["weir"], expiresMs: clock.nowMs + 1_000 },
  );
  t.strictSame(await shown("for-weir"), [200, undefined]);
  t.strictSame(await shown(tokenOf("shop reader")), refusal, "for the API server");
  clock.nowMs += 60_001;
  t.strictSame(await shown("for-weir"), refusal, "it has ended");
  t.strictSame(
    (await app.inject({ url, headers: headersOf("without a token") })).headers["www-authenticate"],
    'Bearer realm="weir"',
  );
});

await t.test("while the API server can't be asked, or does not answer as it should, nobody gets in", async (t) => {
  const { app, api, access, clock, headersOf, log } = await accessWorld(t);
  const status = async (caller: CallerName): Promise<number> =>
    (await app.inject({ url, headers: headersOf(caller) })).statusCode;
  t.equal(await status("shop reader"), 200);
  api.faults.set("tokenreviews", 500);
  const refused = await app.inject({ url, headers: headersOf("shop editor") });
  t.match(refused.json(), { status: 503, detail: /can't be asked; try again$/u });
  t.equal(refused.headers["retry-after"], "5");
  t.match(access.fault, /^500/u);
  t.equal(await status("shop reader"), 200, "what is fresh still holds");
  clock.nowMs += 60_001;
  t.equal(await status("shop reader"), 503, "but not for ever");
  api.faults.clear();
  t.equal(await status("shop reader"), 200);
  t.equal(access.fault, undefined);
  api.faults.set("subjectaccessreviews", 403);
  t.equal(await status("shop editor"), 503, "weir itself may not ask");
  await api.stop();
  t.equal(await status("data reader"), 503);
  clock.nowMs += 30_001;
  t.equal(access.fault, undefined, "nobody has come since: it does not keep the agent from being ready");
  const warnings = log()
    .split("\n")
    .filter((line) => line.includes("can't be told apart"));
  t.equal(warnings.length, 2, "once at each change");
});

/** What an error must look like. */
function problem(statusCode: number): Error {
  return { name: "HttpProblem", statusCode } as unknown as Error;
}

/** An API server whose answer to every question is the same. */
function answering(answer: unknown, audience?: string): KubernetesAccess {
  const send = (): Promise<unknown> => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer));
  return new KubernetesAccess({ connection: { send }, audience, logger: pino({ level: "silent" }), now: () => 0 });
}

await t.test("whatever is not plainly a yes is a no", async (t) => {
  const user = { username: "somebody", groups: ["some"] };
  for (const answer of [
    {},
    null,
    "yes",
    { status: {} },
    { status: { authenticated: "true", user } },
    { status: { authenticated: true } },
    { status: { authenticated: true, user: { username: "" } } },
    { status: { authenticated: false, user } },
  ])
    await t.rejects(answering(answer).identify("Bearer x"), problem(401), JSON.stringify(answer));
  const unaware = { status: { authenticated: true, user } };
  await t.rejects(answering(unaware, "weir").identify("Bearer x"), problem(401), "it knows no audiences");
  const caller = await answering(unaware).identify("Bearer x");
  t.strictSame(caller, { id: hashToken("x"), ...user });
  const right = { verb: "list", namespace: "shop" } as const;
  for (const status of [{}, { allowed: "true" }, { allowed: false }, { allowed: true, denied: true }])
    t.equal(await answering({ status }).allows(caller, right), false, JSON.stringify(status));
  t.equal(await answering({ status: { allowed: true } }).allows(caller, right), true);
});

await t.test("who asks is handed on whole, and the right as RBAC names it", async (t) => {
  const asked: ApiRequest[] = [];
  const user = { username: "u", uid: "1", groups: ["g"], extra: { "example.org/scopes": ["a"] } };
  const send = (request: ApiRequest): Promise<unknown> => {
    asked.push(request);
    return Promise.resolve({ status: { authenticated: true, user, allowed: true } });
  };
  const access = new KubernetesAccess({ connection: { send }, logger: pino({ level: "silent" }), now: () => 0 });
  const caller = await access.identify("bearer abc.def_-~+/=");
  await access.allows(caller, { verb: "create", subresource: "policies", namespace: "shop" });
  await access.allows(caller, { verb: "get", path: "/metrics" });
  const who = { user: "u", uid: "1", groups: ["g"], extra: user.extra };
  const resource = {
    group: "weir.io",
    resource: "networkprofiles",
    version: "*",
    verb: "create",
    subresource: "policies",
  };
  t.match(asked, [
    { method: "POST", path: "/apis/authentication.k8s.io/v1/tokenreviews", body: { spec: { token: "abc.def_-~+/=" } } },
    {
      path: "/apis/authorization.k8s.io/v1/subjectaccessreviews",
      body: { spec: { ...who, resourceAttributes: { ...resource, namespace: "shop" } } },
    },
    { body: { spec: { ...who, nonResourceAttributes: { verb: "get", path: "/metrics" } } } },
  ]);
});

await t.test("made-up tokens in any number ask the API server a bounded number of questions at a time", async (t) => {
  let asked = 0;
  const never = new Promise<never>(() => undefined);
  const access = new KubernetesAccess({
    connection: { send: () => ((asked += 1), never) },
    logger: pino({ level: "silent" }),
    now: () => 0,
  });
  const waiting = Array.from({ length: 500 }, (_, number) => access.identify(`Bearer made-up-${number}`));
  const settled = await Promise.all(
    waiting.map((one) => Promise.race([one.catch((error: Error) => error), Promise.resolve("waits")])),
  );
  t.equal(asked, 64);
  await new Promise(setImmediate);
  t.equal(access.counts.refused, 500 - 64);
  t.equal(settled.length, 500);
});

await t.test("at the metrics made-up tokens are limited, and scrapers without one are not", async (t) => {
  const { app, api } = await accessWorld(t, { limits: { requestsPerSecond: 5 } });
  const ask = async (headers: Record<string, string>): Promise<number> =>
    (await app.inject({ url: "/metrics", headers })).statusCode;
  const made = await Promise.all(Array.from({ length: 20 }, (_, n) => ask({ authorization: `Bearer made-up-${n}` })));
  t.ok(made.includes(429), "past a rate they are refused");
  const limited = made.filter((status) => status === 429).length;
  t.equal(api.asked.filter((path) => path.endsWith("tokenreviews")).length, 20 - limited, "and not asked about");
  t.strictSame([...new Set(await Promise.all(Array.from({ length: 20 }, () => ask({}))))], [401]);
});

await t.test("headers that are no bearer token are refused unasked", async (t) => {
  const access = answering(new ApiFault("must not be asked"));
  for (const header of [
    "Basic dXNlcjpwYXNz",
    "Bearer",
    "Bearer ",
    "Bearer a b",
    "Bearer ä",
    `Bearer ${"x".repeat(13_000)}`,
    "x",
  ])
    await t.rejects(access.identify(header), problem(400), header.slice(0, 20));
  await t.rejects(access.identify(undefined), problem(401));
});
