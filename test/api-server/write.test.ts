/** Writing, held against the API conventions (community/contributors/devel/sig-architecture/api-conventions.md) and the API concepts. */
import t from "tap";
import { ask, pod, type Reply, serve, watch } from "./ask.ts";
import type { ApiServer } from "./api-server.ts";
import type { JsonObject } from "./json-object.ts";
import { fieldOf } from "./table/field-of.ts";

const PODS = "/api/v1/namespaces/shop/pods";
const DEPLOYMENTS = "/apis/apps/v1/namespaces/shop/deployments";
const POLICIES = "/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies";

function deployment(name: string, fields: JsonObject = {}): JsonObject {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: "main", image: "web:1" }] } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: { selector: { matchLabels: labels }, template },
    ...fields,
  };
}

function policy(spec: JsonObject): JsonObject {
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: "web" }, spec };
}

async function patch(server: ApiServer, path: string, type: string, body: unknown): Promise<Reply> {
  return ask(server, `PATCH ${path}`, { body, headers: { "content-type": `application/${type}` } });
}

await t.test(
  "Metadata: the system sets uid, creationTimestamp, resourceVersion and generation; names can be generated",
  async (t) => {
    const server = await serve(t);
    const { status, body } = await ask(server, `POST ${DEPLOYMENTS}`, { body: deployment("web") });
    t.match(
      [status, body["metadata"]],
      [
        201,
        {
          namespace: "shop",
          generation: 1,
          uid: /^[-0-9a-f]{36}$/u,
          creationTimestamp: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u,
        },
      ],
    );
    const generated = await ask(server, `POST ${PODS}`, { body: { ...pod(""), metadata: { generateName: "web-" } } });
    t.match(fieldOf(generated.body, "metadata.name"), /^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/u);
    t.match((await ask(server, `POST ${PODS}`, { body: pod("") })).body, {
      code: 422,
      message: 'Pod "" is invalid: metadata.name: Required value: name or generateName is required',
    });
    t.match((await ask(server, `POST ${PODS}`, { body: pod("Not_A_Name") })).body, {
      code: 422,
      details: { causes: [{ reason: "FieldValueInvalid", field: "metadata.name" }] },
    });
  },
);

await t.test("Response Status Kind: what is there already, what is not, and what is misplaced", async (t) => {
  const server = await serve(t, [pod("a")], { hasNamespaces: true });
  server.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  t.match((await ask(server, `POST ${PODS}`, { body: pod("a") })).body, {
    kind: "Status",
    apiVersion: "v1",
    status: "Failure",
    reason: "AlreadyExists",
    code: 409,
    message: 'pods "a" already exists',
    details: { name: "a", kind: "pods" },
  });
  t.match((await ask(server, `GET ${POLICIES}/x`)).body, {
    reason: "NotFound",
    code: 404,
    message: 'networkpolicies.networking.k8s.io "x" not found',
    details: { name: "x", group: "networking.k8s.io", kind: "networkpolicies" },
  });
  const lost = await ask(server, "POST /api/v1/namespaces/nowhere/pods", { body: pod("a", { namespace: "nowhere" }) });
  t.match(lost.body, { code: 404, message: 'namespaces "nowhere" not found' });
  t.match((await ask(server, `POST ${PODS}`, { body: pod("b", { namespace: "other" }) })).body, {
    code: 400,
    message: "the namespace of the provided object does not match the namespace sent on the request",
  });
  t.match((await ask(server, "POST /api/v1/pods", { body: pod("b") })).body, { code: 405, reason: "MethodNotAllowed" });
  t.match((await ask(server, `POST ${PODS}`, { body: deployment("b") })).body, { code: 400, reason: "BadRequest" });
  t.match((await ask(server, `POST ${PODS}`, { body: "x", headers: { "content-type": "text/plain" } })).body, {
    code: 415,
  });
});

await t.test(
  "Concurrency Control and Consistency: a stale update is a conflict, and one that changes nothing is no new version",
  async (t) => {
    const server = await serve(t);
    const { body: made } = await ask(server, `POST ${DEPLOYMENTS}`, { body: deployment("web") });
    const scaled = { ...made, spec: { ...(made["spec"] as JsonObject), replicas: 3 } };
    const { body: now } = await ask(server, `PUT ${DEPLOYMENTS}/web`, { body: scaled });
    t.match(now, { metadata: { generation: 2 }, spec: { replicas: 3 } });
    t.match((await ask(server, `PUT ${DEPLOYMENTS}/web`, { body: scaled })).body, {
      code: 409,
      reason: "Conflict",
      details: { name: "web", group: "apps", kind: "deployments" },
      message:
        'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
    });
    const { body: same } = await ask(server, `PUT ${DEPLOYMENTS}/web`, { body: now });
    t.equal(fieldOf(same, "metadata.resourceVersion"), fieldOf(now, "metadata.resourceVersion"));
  },
);

await t.test("Spec and Status: each changes by its own path, and only the spec counts generations", async (t) => {
  const server = await serve(t);
  const { body: made } = await ask(server, `POST ${DEPLOYMENTS}`, {
    body: deployment("web", { status: { replicas: 9 } }),
  });
  t.equal(made["status"], undefined);
  const status = { replicas: 2, readyReplicas: 2 };
  const spec = { ...(made["spec"] as JsonObject), replicas: 7 };
  const { body } = await ask(server, `PUT ${DEPLOYMENTS}/web/status`, { body: { ...made, spec, status } });
  t.match(body, { spec: { replicas: 1 }, status, metadata: { generation: 1 } });
  const { body: later } = await patch(server, `${DEPLOYMENTS}/web`, "merge-patch+json", {
    status: { replicas: 5 },
    spec: { paused: true },
  });
  t.match(later, { spec: { paused: true }, status, metadata: { generation: 2 } });
});

await t.test("Patch: JSON patch, merge patch, and strategic merge patch by merge keys", async (t) => {
  const server = await serve(t);
  await ask(server, `POST ${DEPLOYMENTS}`, { body: deployment("web") });
  const path = `${DEPLOYMENTS}/web`;
  const containers = [{ name: "side", image: "proxy" }];
  const merged = await patch(server, path, "strategic-merge-patch+json", {
    spec: { template: { spec: { containers } } },
  });
  t.match(fieldOf(merged.body, "spec.template.spec.containers"), [{ name: "main" }, { name: "side" }]);
  const gone = [{ name: "main", $patch: "delete" }];
  const less = await patch(server, path, "strategic-merge-patch+json", {
    spec: { template: { spec: { containers: gone } } },
  });
  t.match(fieldOf(less.body, "spec.template.spec.containers"), [{ name: "side" }]);
  const replaced = await patch(server, path, "merge-patch+json", {
    spec: { template: { spec: { containers: [{ name: "only", image: "x" }] } } },
  });
  t.match(fieldOf(replaced.body, "spec.template.spec.containers"), [{ name: "only" }]);
  const operations = [
    { op: "test", path: "/spec/replicas", value: 1 },
    { op: "replace", path: "/spec/replicas", value: 4 },
  ];
  t.equal(fieldOf((await patch(server, path, "json-patch+json", operations)).body, "spec.replicas"), 4);
  t.equal((await patch(server, path, "json-patch+json", operations)).status, 422, "its test fails now");
});

await t.test("Dry-run: everything but the storing", async (t) => {
  const server = await serve(t, [pod("old")]);
  const made = await ask(server, `POST ${PODS}?dryRun=All`, { body: pod("a") });
  t.match(made, { status: 201, body: { metadata: { name: "a", uid: /./u } } });
  t.equal((await ask(server, `GET ${PODS}/a`)).status, 404);
  await ask(server, `DELETE ${PODS}/old?dryRun=All`);
  t.equal((await ask(server, `GET ${PODS}/old`)).status, 200);
  t.equal((await ask(server, `POST ${PODS}?dryRun=Some`, { body: pod("a") })).status, 422);
});

await t.test("Field validation: unknown fields are dropped, and said or refused", async (t) => {
  const server = await serve(t);
  const odd = policy({ podSelector: {}, podSelectorr: {} });
  const warned = await ask(server, `POST ${POLICIES}`, { body: odd });
  t.match([warned.status, warned.headers.get("warning")], [201, '299 - "unknown field \\"spec.podSelectorr\\""']);
  t.notHas(warned.body["spec"], "podSelectorr");
  const strict = await ask(server, `POST ${POLICIES}?fieldValidation=Strict`, { body: odd });
  t.match(strict.body, { code: 400, message: /strict decoding error: unknown field "spec\.podSelectorr"$/u });
  const typed = await ask(server, `POST ${POLICIES}`, { body: policy({ podSelector: "all" }) });
  t.match(typed.body, {
    code: 400,
    message: /cannot unmarshal string into Go struct field NetworkPolicy\.spec\.podSelector/u,
  });
});

await t.test("Deleting: ValidateDeleteOptions, in the body and in the query", async (t) => {
  const server = await serve(t, [pod("a")]);
  const odd = await ask(server, `DELETE ${PODS}/a`, { body: { propagationPolicy: "Sideways" } });
  t.match(odd, {
    status: 422,
    body: {
      reason: "Invalid",
      message:
        'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Sideways": ' +
        'supported values: "Foreground", "Background", "Orphan", "nil"',
      details: { kind: "DeleteOptions", causes: [{ reason: "FieldValueNotSupported", field: "propagationPolicy" }] },
    },
  });
  const both = await ask(server, `DELETE ${PODS}/a?propagationPolicy=Orphan&orphanDependents=true`);
  t.match(both, { status: 422, body: { details: { causes: [{ reason: "FieldValueInvalid" }] } } });
  t.equal((await ask(server, `DELETE ${PODS}/a?gracePeriodSeconds=soon`)).status, 400);
  t.equal((await ask(server, `GET ${PODS}/a`)).status, 200, "it is still there");
  t.equal((await ask(server, `DELETE ${PODS}/a?propagationPolicy=Foreground&gracePeriodSeconds=0`)).status, 200);
  t.equal((await ask(server, `GET ${PODS}/a`)).status, 404);
});

await t.test("Deleting: preconditions, grace of pods, finalizers, collections", async (t) => {
  const server = await serve(t, [pod("a"), pod("b", { labels: { app: "web" } }), pod("c", { labels: { app: "web" } })]);
  const { next } = await watch(t, server, `${PODS}?watch=1&fieldSelector=metadata.name%3Da`);
  await next();
  const wrong = await ask(server, `DELETE ${PODS}/a`, { body: { preconditions: { uid: "other" } } });
  t.match(wrong.body, { code: 409, reason: "Conflict" });
  const going = await ask(server, `DELETE ${PODS}/a`, { body: { propagationPolicy: "Background" } });
  t.match(going.body, { kind: "Pod", metadata: { deletionTimestamp: /Z$/u, deletionGracePeriodSeconds: 30 } });
  t.match(await next(), { type: "MODIFIED", object: { metadata: { deletionTimestamp: /Z$/u } } });
  t.match(await next(), { type: "DELETED" }, "what a kubelet does is done for it");
  await ask(server, `DELETE ${PODS}?labelSelector=app%3Dweb`, { body: { gracePeriodSeconds: 0 } });
  t.match((await ask(server, `GET ${PODS}`)).body, { items: [] });
  await ask(server, `POST ${DEPLOYMENTS}`, {
    body: deployment("web", { metadata: { name: "web", finalizers: ["example.com/wait"] } }),
  });
  await ask(server, `DELETE ${DEPLOYMENTS}/web`);
  t.match((await ask(server, `GET ${DEPLOYMENTS}/web`)).body, { metadata: { deletionTimestamp: /Z$/u } });
  await patch(server, `${DEPLOYMENTS}/web`, "merge-patch+json", { metadata: { finalizers: null } });
  t.equal((await ask(server, `GET ${DEPLOYMENTS}/web`)).status, 404);
  await ask(server, `POST ${POLICIES}`, { body: policy({ podSelector: {} }) });
  t.match((await ask(server, `DELETE ${POLICIES}/web`)).body, {
    kind: "Status",
    status: "Success",
    details: { name: "web", kind: "networkpolicies" },
  });
});

await t.test("NetworkPolicy: defaults are filled in, and every rule of its validation names its field", async (t) => {
  const server = await serve(t);
  const { body } = await ask(server, `POST ${POLICIES}`, { body: policy({ egress: [{ ports: [{ port: 53 }] }] }) });
  t.strictSame(body["spec"], {
    egress: [{ ports: [{ port: 53, protocol: "TCP" }] }],
    podSelector: {},
    policyTypes: ["Ingress", "Egress"],
  });
  const wrong: readonly (readonly [JsonObject, string])[] = [
    [
      { policyTypes: ["Inwards"] },
      'spec.policyTypes[0]: Unsupported value: "Inwards": supported values: "Egress", "Ingress"',
    ],
    [
      { policyTypes: ["Ingress", "Egress", "Ingress"] },
      'spec.policyTypes: Invalid value: ["Ingress","Egress","Ingress"]: may not specify more than two policyTypes',
    ],
    [
      { ingress: [{ ports: [{ port: 0 }] }] },
      "spec.ingress[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
    ],
    [
      { ingress: [{ ports: [{ port: "web--x" }] }] },
      'spec.ingress[0].ports[0].port: Invalid value: "web--x": must not contain consecutive hyphens',
    ],
    [
      { ingress: [{ ports: [{ port: 9, endPort: 8 }] }] },
      "spec.ingress[0].ports[0].endPort: Invalid value: 9: must be greater than or equal to `port`",
    ],
    [
      { ingress: [{ ports: [{ port: "web", endPort: 8 }] }] },
      "spec.ingress[0].ports[0].endPort: Invalid value: 8: may not be specified when `port` is non-numeric",
    ],
    [
      { ingress: [{ ports: [{ endPort: 8 }] }] },
      "spec.ingress[0].ports[0].endPort: Invalid value: 8: may not be specified when `port` is not specified",
    ],
    [
      { ingress: [{ ports: [{ protocol: "ICMP" }] }] },
      'spec.ingress[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"',
    ],
    [{ ingress: [{ from: [{}] }] }, "spec.ingress[0].from[0]: Required value: must specify a peer"],
    [
      { egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8" }, podSelector: {} }] }] },
      "spec.egress[0].to[0]: Forbidden: may not specify both ipBlock and another peer",
    ],
    [
      { egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0" } }] }] },
      'spec.egress[0].to[0].ipBlock.cidr: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
    ],
    [
      { egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["10.0.0.0/8"] } }] }] },
      'spec.egress[0].to[0].ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`',
    ],
    [
      { egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["fd00::/64"] } }] }] },
      'spec.egress[0].to[0].ipBlock.except[0]: Invalid value: "fd00::/64": must be a strict subset of `cidr`',
    ],
    [
      { podSelector: { matchExpressions: [{ key: "a", operator: "In" }] } },
      "spec.podSelector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    ],
    [
      { podSelector: { matchExpressions: [{ key: "a", operator: "Exists", values: ["b"] }] } },
      "spec.podSelector.matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
    ],
    [
      { podSelector: { matchExpressions: [{ key: "a", operator: "Like" }] } },
      'spec.podSelector.matchExpressions[0].operator: Invalid value: "Like": not a valid selector operator',
    ],
  ];
  for (const [spec, message] of wrong) {
    const refused = await ask(server, `POST ${POLICIES}`, { body: policy(spec) });
    t.equal(refused.body["message"], `NetworkPolicy.networking.k8s.io "web" is invalid: ${message}`);
    t.equal(fieldOf((fieldOf(refused.body, "details.causes") as JsonObject[])[0], "field"), message.split(": ")[0]);
  }
  const label = await ask(server, `POST ${POLICIES}`, {
    body: policy({ podSelector: { matchLabels: { "a b": "-" } } }),
  });
  t.match(label.body, {
    code: 422,
    details: { causes: [{ field: "spec.podSelector.matchLabels" }, { field: "spec.podSelector.matchLabels" }] },
  });
});

await t.test("Defaults and what is left out: a pod as kube-apiserver 1.20.2 answers, and empty lists", async (t) => {
  const server = await serve(t);
  const labels = {};
  const given = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", labels },
    spec: { containers: [{ name: "c", image: "i" }] },
  };
  const { body } = await ask(server, `POST ${PODS}`, { body: given });
  t.equal(fieldOf(body, "metadata.labels"), undefined, "an empty map is not written");
  t.match(body["spec"], {
    containers: [{ imagePullPolicy: "Always", resources: {}, terminationMessagePath: "/dev/termination-log" }],
    enableServiceLinks: true,
    preemptionPolicy: "PreemptLowerPriority",
    securityContext: {},
  });
  t.strictSame(body["status"], { phase: "Pending", qosClass: "BestEffort" });
  const headers = { "content-type": "application/merge-patch+json" };
  const changed = await ask(server, `PATCH ${PODS}/p`, { body: { spec: { hostNetwork: true } }, headers });
  t.match(changed.body, { code: 422, details: { causes: [{ reason: "FieldValueForbidden", field: "spec" }] } });
  const forced = await ask(server, `PATCH ${PODS}/p?force=true`, { body: {}, headers });
  t.match(forced.body, { code: 422, details: { kind: "PatchOptions", causes: [{ field: "force" }] } });
  const long = await ask(server, `POST ${PODS}?fieldManager=${"x".repeat(129)}`, { body: given });
  t.match(long.body, { code: 422, details: { causes: [{ reason: "FieldValueTooLong", field: "fieldManager" }] } });
  t.equal((await ask(server, `PUT ${PODS}`, { body: given })).status, 405);
});
