/** Held against "Authenticating", "Using RBAC Authorization" and "Authorization Overview" of the Kubernetes documentation. */
import t from "tap";
import { ask, pod, type Reply, serve } from "./ask.ts";
import type { ApiServer } from "./api-server.ts";
import type { JsonObject } from "./json-object.ts";

const RBAC = "rbac.authorization.k8s.io";

function role(kind: "Role" | "ClusterRole", name: string, rules: JsonObject[]): JsonObject {
  const namespace = kind === "Role" ? { namespace: "shop" } : {};
  return { apiVersion: `${RBAC}/v1`, kind, metadata: { name, ...namespace }, rules };
}

function binding(name: string, roleRef: string, namespace?: string): JsonObject {
  const [kind, ref] = roleRef.split("/");
  const subjects = [{ kind: "ServiceAccount", name: "weir", namespace: "weir" }];
  const metadata = { name, ...(namespace !== undefined && { namespace }) };
  const own = namespace === undefined ? "ClusterRoleBinding" : "RoleBinding";
  return { apiVersion: `${RBAC}/v1`, kind: own, metadata, subjects, roleRef: { apiGroup: RBAC, kind, name: ref } };
}

const objects = [
  pod("a"),
  pod("b", { namespace: "other" }),
  role("Role", "reader", [
    { apiGroups: [""], resources: ["pods", "pods/status"], verbs: ["get", "list"] },
    { apiGroups: [""], resources: ["configmaps"], resourceNames: ["mine"], verbs: ["*"] },
  ]),
  role("ClusterRole", "nodes", [
    { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
    { nonResourceURLs: ["/metrics", "/debug/*"], verbs: ["get"] },
    { apiGroups: ["authentication.k8s.io", "authorization.k8s.io"], resources: ["*"], verbs: ["create"] },
  ]),
  binding("reader", "Role/reader", "shop"),
  binding("nodes", "ClusterRole/nodes"),
];

function as(token: string): { readonly headers: { readonly authorization: string } } {
  return { headers: { authorization: `Bearer ${token}` } };
}

function review(server: ApiServer, kind: string, spec: JsonObject, token: string): Promise<Reply> {
  const group = kind === "TokenReview" ? "authentication.k8s.io" : "authorization.k8s.io";
  const body = { apiVersion: `${group}/v1`, kind, spec };
  return ask(server, `POST /apis/${group}/v1/${kind.toLowerCase()}s`, { body, ...as(token) });
}

await t.test(
  "Authenticating: a wrong or expired token, or one for another audience, is 401; none at all is anonymous",
  async (t) => {
    let now = Date.parse("2026-01-01T00:00:00Z");
    const server = await serve(t, objects, { authenticates: true, authorizes: true, now: () => now });
    const { tokens } = server.context;
    const token = tokens.issue({ namespace: "weir", name: "weir", seconds: 600 });
    const status = async (text: string): Promise<number> => (await ask(server, "GET /api/v1/nodes", as(text))).status;
    t.equal(await status(token), 200);
    t.match(await ask(server, "GET /api/v1/nodes", as("nonsense")), {
      status: 401,
      body: { kind: "Status", reason: "Unauthorized", message: "Unauthorized" },
    });
    t.equal(await status(tokens.issue({ namespace: "weir", name: "weir", audiences: ["vault"] })), 401);
    t.match((await ask(server, "GET /api/v1/nodes")).body, {
      code: 403,
      message:
        'nodes is forbidden: User "system:anonymous" cannot list resource "nodes" in API group "" at the cluster scope',
    });
    now += 601_000;
    t.equal(await status(token), 401, "expired");
  },
);

await t.test(
  "Using RBAC Authorization: roles, cluster roles, names, subresources and other URLs, with the server's words",
  async (t) => {
    const server = await serve(t, objects, { authenticates: true, authorizes: true });
    const token = server.context.tokens.issue({ namespace: "weir", name: "weir" });
    const who = 'User "system:serviceaccount:weir:weir"';
    const said = async (what: string): Promise<unknown> => {
      const { status, body } = await ask(server, what, as(token));
      return status === 403 ? body["message"] : status;
    };
    t.equal(await said("GET /api/v1/namespaces/shop/pods"), 200);
    t.equal(await said("GET /api/v1/namespaces/shop/pods/a/status"), 200);
    t.equal(
      await said("GET /api/v1/namespaces/other/pods"),
      `pods is forbidden: ${who} cannot list resource "pods" in API group "" in the namespace "other"`,
    );
    t.equal(
      await said("GET /api/v1/pods"),
      `pods is forbidden: ${who} cannot list resource "pods" in API group "" at the cluster scope`,
    );
    t.equal(
      await said("DELETE /api/v1/namespaces/shop/pods/a"),
      `pods "a" is forbidden: ${who} cannot delete resource "pods" in API group "" in the namespace "shop"`,
    );
    t.equal(await said("GET /api/v1/namespaces/shop/configmaps/mine"), 404);
    t.match(await said("GET /api/v1/namespaces/shop/configmaps/yours"), /^configmaps "yours" is forbidden/u);
    t.match(await said("GET /api/v1/namespaces/shop/configmaps"), /cannot list/u, "a name in a rule covers no list");
    t.match(
      await said("GET /apis/apps/v1/namespaces/shop/deployments"),
      /^deployments\.apps is forbidden: .* in API group "apps"/u,
    );
    t.equal(await said("GET /version"), 200, "public");
    server.remove(binding("reader", "Role/reader", "shop"));
    t.match(
      await said("GET /api/v1/namespaces/shop/pods"),
      /forbidden/u,
      "rights that are taken away are gone at once",
    );
  },
);

await t.test("TokenReview: who a token is for, by audience, and the node that it is bound to", async (t) => {
  const server = await serve(t, objects, { authenticates: true, authorizes: true });
  const token = server.context.tokens.issue({
    namespace: "weir",
    name: "weir",
    node: "node-1",
    audiences: ["weir", "https://kubernetes.default.svc.cluster.local"],
  });
  const { status, body } = await review(server, "TokenReview", { token, audiences: ["weir", "other"] }, token);
  t.match(
    [status, body["status"]],
    [
      201,
      {
        authenticated: true,
        audiences: ["weir"],
        user: {
          username: "system:serviceaccount:weir:weir",
          groups: ["system:serviceaccounts", "system:serviceaccounts:weir", "system:authenticated"],
          extra: { "authentication.kubernetes.io/node-name": ["node-1"] },
        },
      },
    ],
  );
  const none = async (spec: JsonObject): Promise<unknown> =>
    (await review(server, "TokenReview", spec, token)).body["status"];
  t.strictSame(await none({ token, audiences: ["other"] }), {
    user: {},
    error: "[invalid bearer token, token audiences do not match]",
  });
  t.strictSame(await none({ token: "x" }), { user: {}, error: "[invalid bearer token, token lookup failed]" });
});

await t.test("SubjectAccessReview and its sisters answer from the same roles", async (t) => {
  const server = await serve(t, objects, { authenticates: true, authorizes: true });
  const token = server.context.tokens.issue({ namespace: "weir", name: "weir" });
  const allowed = async (kind: string, spec: JsonObject): Promise<unknown> =>
    ((await review(server, kind, spec, token)).body["status"] as JsonObject)["allowed"];
  const user = "system:serviceaccount:weir:weir";
  const pods = { namespace: "shop", verb: "list", resource: "pods" };
  t.equal(await allowed("SubjectAccessReview", { user, resourceAttributes: pods }), true);
  t.equal(await allowed("SubjectAccessReview", { user: "other", resourceAttributes: pods }), false);
  t.equal(await allowed("SubjectAccessReview", { user, resourceAttributes: { ...pods, subresource: "log" } }), false);
  t.equal(
    await allowed("SubjectAccessReview", { user, nonResourceAttributes: { path: "/debug/x", verb: "get" } }),
    true,
  );
  t.equal(await allowed("SelfSubjectAccessReview", { resourceAttributes: { ...pods, namespace: "other" } }), false);
  t.equal((await review(server, "SubjectAccessReview", { user }, token)).status, 422);
  const { body } = await review(server, "SelfSubjectRulesReview", { namespace: "shop" }, token);
  t.match(body["status"], {
    resourceRules: [{ resources: ["nodes"] }, {}, { resources: ["pods", "pods/status"] }, {}],
    incomplete: false,
  });
});

await t.test("TokenRequest: a service account's token is issued through the API, and works", async (t) => {
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "weir", namespace: "weir" } };
  const server = await serve(t, [...objects, account], { authenticates: true, authorizes: true });
  server.context.tokens.add("root", { username: "root", groups: ["system:masters"] });
  const path = "/api/v1/namespaces/weir/serviceaccounts/weir/token";
  const { status, body } = await ask(server, `POST ${path}`, {
    body: { spec: { expirationSeconds: 600 } },
    ...as("root"),
  });
  t.match([status, body["kind"]], [201, "TokenRequest"]);
  const { token } = body["status"] as { readonly token: string };
  t.equal((await ask(server, "GET /api/v1/nodes", as(token))).status, 200);
  t.equal(
    (await ask(server, "POST /api/v1/namespaces/weir/serviceaccounts/none/token", { body: {}, ...as("root") })).status,
    404,
  );
});
