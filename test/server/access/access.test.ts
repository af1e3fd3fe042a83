/** The whole matrix: who, what, where. */
import type { InjectOptions, LightMyRequestResponse } from "fastify";
import t from "tap";
import { server } from "../ask.ts";
import { type AccessWorld, accessWorld, type CallerName, tokenOf } from "./world.ts";

type Needs = "nothing" | "metrics" | "list" | "get" | "create" | "update" | "delete";

interface Route {
  /** As /openapi.json has it. */
  readonly route: string;
  readonly needs: Needs;
  readonly body?: object;
}

const WORKLOAD = "{namespace}/{kind}/{name}";

/** Every route that there is. */
const ROUTES: readonly Route[] = [
  { route: "GET /livez", needs: "nothing" },
  { route: "GET /readyz", needs: "nothing" },
  { route: "GET /openapi.json", needs: "nothing" },
  { route: "GET /metrics", needs: "metrics" },
  { route: "GET /api/v1/profiles", needs: "list" },
  { route: "GET /api/v1/graph", needs: "list" },
  { route: "GET /api/v1/flows", needs: "list" },
  { route: "GET /api/v1/decisions", needs: "list" },
  { route: "POST /api/v1/check", needs: "create", body: { policies: [] } },
  { route: `GET /api/v1/profiles/${WORKLOAD}`, needs: "get" },
  { route: `GET /api/v1/decisions/${WORKLOAD}`, needs: "get" },
  { route: `POST /api/v1/policies/${WORKLOAD}`, needs: "create", body: {} },
  { route: "POST /api/v1/policies/{namespace}", needs: "create", body: {} },
  { route: `PUT /api/v1/decisions/${WORKLOAD}`, needs: "update", body: {} },
  { route: `DELETE /api/v1/decisions/${WORKLOAD}`, needs: "update" },
  { route: `DELETE /api/v1/profiles/${WORKLOAD}`, needs: "delete" },
];

const READER: readonly Needs[] = ["nothing", "get", "list"];
const EDITOR: readonly Needs[] = [...READER, "create", "update", "delete"];

/** What each may, and in which namespaces. */
const MAY: Readonly<Record<CallerName, { readonly needs: readonly Needs[]; readonly in: readonly string[] }>> = {
  "without a token": { needs: ["nothing"], in: [] },
  "unknown token": { needs: ["nothing"], in: [] },
  "without rights": { needs: ["nothing"], in: [] },
  scraper: { needs: ["nothing", "metrics"], in: [] },
  "shop reader": { needs: READER, in: ["shop"] },
  "shop editor": { needs: EDITOR, in: ["shop"] },
  "data reader": { needs: READER, in: ["data"] },
  "cluster reader": { needs: READER, in: ["shop", "data"] },
  "cluster editor": { needs: EDITOR, in: ["shop", "data"] },
};

const OF: Readonly<Record<string, string>> = { shop: "javaapp", data: "database" };

/** What is told of a namespace to nobody who does not see it: pods, policies, and workloads that no other talks to. */
const SECRETS: Readonly<Record<string, RegExp>> = {
  shop: /javaapp-abc|jclient|203\.0\.113\.66/u,
  data: /database-abc|auditor|guard/u,
};
/** Of no namespace: for those alone who see all. */
const OF_NO_NAMESPACE = /198\.51\.100\.7/u;

function question({ route, body }: Route, namespace: string): InjectOptions {
  const [method, path] = route.split(" ") as ["GET" | "POST" | "PUT" | "DELETE", string];
  const url = path.replace("{namespace}", namespace).replace("{kind}", "deployment").replace("{name}", OF[namespace]!);
  return { method, url, ...(body !== undefined && { payload: body }) };
}

/** What is forgotten must be there for the next. */
function isDestructive({ route }: Route): boolean {
  return route.startsWith("DELETE /api/v1/profiles");
}

function expectedStatus(caller: CallerName, { route, needs }: Route, namespace: string): number {
  const may = MAY[caller];
  const isOpen = needs === "nothing";
  if (!isOpen && (caller === "without a token" || caller === "unknown token")) return 401;
  const isListing = !route.includes("{namespace}");
  const isWhere = needs === "metrics" || isOpen || (isListing ? may.in.length > 0 : may.in.includes(namespace));
  if (!may.needs.includes(needs) || !isWhere) return 403;
  if (route === "GET /readyz") return 503;
  return route.startsWith("DELETE /api/v1/decisions") ? 204 : 200;
}

/** A check that asks of one pod of shop whether it may reach somebody. */
function probe(to: string): object {
  return { policies: [], probes: [{ from: "shop/jclient-abc-0", to, port: 1 }] };
}

function decideBoth({ decisions }: AccessWorld): void {
  for (const [namespace, name] of Object.entries(OF)) decisions.put({ namespace, kind: "Deployment", name }, {});
}

await t.test("every route is in the matrix", async (t) => {
  const { app } = await server();
  const { paths } = (await app.inject("/openapi.json")).json() as { paths: Record<string, object> };
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  t.strictSame(routes.sort(), ROUTES.map(({ route }) => route).sort());
});

await t.test("a route without a rule is not served at all", async (t) => {
  const { app } = await server();
  t.throws(() => app.get("/api/v1/new", () => ({})), /GET \/api\/v1\/new has no access rule/u);
});

/** What an answer does that it may not. */
function faultsOf(caller: CallerName, route: Route, namespace: string, answer: LightMyRequestResponse): string[] {
  const { statusCode, body, headers } = answer;
  const expected = expectedStatus(caller, route, namespace);
  const isRefused = statusCode === 401 || statusCode === 403;
  const unseen = Object.entries(SECRETS).filter(([other]) => !MAY[caller].in.includes(other));
  const faults = {
    [`status ${statusCode}, not ${expected}`]: statusCode !== expected,
    "tells of a namespace that is not seen": unseen.some(([, secrets]) => secrets.test(body)),
    "tells of what is in no namespace": !caller.startsWith("cluster") && OF_NO_NAMESPACE.test(body),
    "tells the token": (body + JSON.stringify(headers)).includes(tokenOf(caller)),
    "is no problem document": isRefused && headers["content-type"]?.startsWith("application/problem+json") !== true,
    "has no challenge": isRefused && !String(headers["www-authenticate"]).startsWith('Bearer realm="weir"'),
  };
  return Object.entries(faults).flatMap(([what, is]) => (is ? [`${route.route} in ${namespace}: ${what}`] : []));
}

const shared = await accessWorld(t);

for (const caller of Object.keys(MAY) as CallerName[]) {
  await t.test(`${caller}: each route, in each namespace`, async (t) => {
    const faults: string[] = [];
    for (const namespace of Object.keys(OF))
      for (const route of ROUTES) {
        decideBoth(shared);
        const query = isDestructive(route) ? { query: { before: "1970-01-02T00:00:00Z" } } : {};
        const asked = { ...question(route, namespace), ...query, headers: shared.headersOf(caller) };
        faults.push(...faultsOf(caller, route, namespace, await shared.app.inject(asked)));
      }
    t.strictSame(faults, []);
    t.notMatch(shared.log(), tokenOf(caller));
  });
}

await t.test("who sees one namespace is told that one, and of the other the peers' names", async (t) => {
  const { app, headersOf } = shared;
  const get = async (url: string, caller: CallerName): Promise<never> =>
    (await app.inject({ url, headers: headersOf(caller) })).json() as never;
  const { profiles } = await get("/api/v1/profiles", "shop reader");
  t.strictSame(
    (profiles as { workload: { name: string } }[]).map(({ workload }) => workload.name),
    ["javaapp", "jclient"],
  );
  const { nodes } = await get("/api/v1/graph", "data reader");
  t.strictSame((nodes as { id: string }[]).map(({ id }) => id).sort(), [
    "workload/data/Deployment/auditor",
    "workload/data/Deployment/database",
    "workload/shop/Deployment/javaapp",
  ]);
  const { profiles: all } = await get("/api/v1/profiles", "cluster reader");
  t.equal((all as unknown[]).length, 4);
});

await t.test("of a connection between two namespaces either sees its own end, and who the other was", async (t) => {
  const { app, headersOf } = shared;
  const lines = async (caller: CallerName, query = ""): Promise<readonly { from: object; to: object[]; nat: [] }[]> => {
    const { body } = await app.inject({ url: `/api/v1/flows${query}`, headers: headersOf(caller) });
    return body
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { from: object; to: object[]; nat: [] });
  };
  t.equal((await lines("cluster reader")).length, 7);
  t.equal((await lines("cluster reader", "?namespace=data")).length, 3);
  t.equal((await lines("shop reader")).length, 5);
  const ofData = await lines("data reader");
  t.equal(ofData.length, 3);
  const javaapp = { namespace: "shop", kind: "Deployment", name: "javaapp" };
  t.strictSame(ofData[0]?.from, { ip: "10.1.1.20", kind: "pod", workload: javaapp });
  t.match(ofData[0]?.to, [{ pod: "database-abc-0", node: "n2", port: 5432 }]);
});

await t.test("a review names no policy and no pod of a namespace that its reader does not see", async (t) => {
  const { app, headersOf } = shared;
  const url = "/api/v1/policies/shop/deployment/javaapp";
  const review = async (caller: CallerName, accept = "application/json"): Promise<string> =>
    (await app.inject({ method: "POST", url, payload: {}, headers: { accept, ...headersOf(caller) } })).body;
  t.match(await review("cluster editor"), /data\/guard does not allow/u);
  t.match(
    await review("shop editor"),
    /data\/\(not shown\) does not allow ingress of data\/\(not shown\) from shop\/javaapp-abc/u,
  );
  t.match(await review("shop editor"), /kubernetes\.io\/metadata\.name":"data"/u, "the rule needs its peer's selector");
  t.notMatch(await review("shop editor", "application/yaml"), SECRETS["data"]!);
});

await t.test(
  "what was observed is checked with the workloads of others, and probes know no pods of theirs",
  async (t) => {
    const { app, headersOf } = shared;
    const check = async (caller: CallerName, payload: object): Promise<{ status: number; body: string }> => {
      const { statusCode, body } = await app.inject({
        method: "POST",
        url: "/api/v1/check",
        payload,
        headers: headersOf(caller),
      });
      return { status: statusCode, body };
    };
    t.match((await check("shop editor", { policies: [] })).body, /"to":"data\/deployment\/database"/u);
    t.match((await check("cluster editor", { policies: [] })).body, /"to":"data\/database-abc-0"/u);
    const hidden = await check("shop editor", probe("data/database-abc-0"));
    const absent = await check("shop editor", probe("data/database-abc-9"));
    t.strictSame([hidden.status, absent.status], [422, 422]);
    t.equal(hidden.body.replaceAll("abc-0", "abc-9"), absent.body, "there or not, it is said alike");
    t.match(await check("shop editor", probe("10.1.2.30")), { status: 422, body: /a pod that you do not see/u });
    t.equal((await check("shop editor", probe("203.0.113.1"))).status, 200);
    t.equal((await check("cluster editor", probe("data/database-abc-0"))).status, 200);
  },
);

await t.test("no spelling of a path or a query leads around the guard", async (t) => {
  const { app, headersOf } = shared;
  const profile = "deployment/database";
  const answered: string[] = [];
  for (const url of [
    `/api/v1/profiles/shop%2F..%2Fdata/${profile}`,
    `/api/v1/profiles/shop/../data/${profile}`,
    `/api/v1/profiles/DATA/${profile}`,
    `/api/v1/profiles/data%00/${profile}`,
    `/api/v1/profiles//${profile}`,
    `/api//v1/profiles/data/${profile}`,
    `/api/v1/profiles/data/${profile}/`,
    `/API/v1/profiles/data/${profile}`,
    `//shop/api/v1/profiles/data/${profile}`,
    `/api/v1/profiles/data/${profile}?namespace=shop`,
    "/api/v1/profiles?namespace=shop&namespace=data",
    "/api/v1/profiles?namespace[]=data",
    "/api/v1/profiles?namespace=",
    "/api/v1/profiles?namespace=data%00",
    "/api/v1/graph?namespace=data#?namespace=shop",
    "/api/v1/flows?namespace=*",
  ])
    for (const method of ["GET", "HEAD"] as const) {
      const headers = {
        ...headersOf("shop reader"),
        "x-original-url": "/api/v1/profiles",
        "x-http-method-override": "GET",
      };
      const { statusCode, body } = await app.inject({ method, url, headers });
      if (statusCode < 400 || statusCode >= 500) answered.push(`${method} ${url}: ${statusCode}`);
      if (SECRETS["data"]!.test(body)) answered.push(`${method} ${url} tells`);
    }
  t.strictSame(answered, []);
});

await t.test("/readyz says what is the matter to who may read the metrics", async (t) => {
  const { app, headersOf } = shared;
  const told = async (caller: CallerName): Promise<string> =>
    (await app.inject({ url: "/readyz", headers: headersOf(caller) })).body;
  t.match(await told("scraper"), /eth0 is down/u);
  for (const caller of ["without a token", "unknown token", "cluster editor"] as const)
    t.match(await told(caller), /"detail":"not shown"/u, caller);
});

await t.test("metrics are open where they are meant to be", async (t) => {
  const { app } = await accessWorld(t, { guardsMetrics: false });
  t.equal((await app.inject("/metrics")).statusCode, 200);
  t.equal((await app.inject("/api/v1/profiles")).statusCode, 401);
});

await t.test("/openapi.json says how to say who one is, and where that is not needed", async (t) => {
  const { app } = await accessWorld(t);
  const { components, security, paths } = (await app.inject("/openapi.json")).json();
  t.match(components.securitySchemes, { token: { type: "http", scheme: "bearer" } });
  t.strictSame(security, [{ token: [] }]);
  t.strictSame(paths["/livez"].get.security, []);
  t.equal(paths["/api/v1/profiles"].get.security, undefined);
  t.match(paths["/api/v1/profiles"].get.description, /list networkprofiles\.weir\.io/u);
  const open = await server();
  t.equal((await open.app.inject("/openapi.json")).json().security, undefined);
});
