/** A server that asks the tests' own API server who may ask, with the roles of the manifests, and callers of every kind. */
import { readFileSync } from "node:fs";
import { type Logger, pino } from "pino";
import type { Test } from "tap";
import { parse } from "yaml";
import { type ApiConnection, connectApi } from "../../../src/cluster/api/connect-api.ts";
import type { ClusterState } from "../../../src/cluster/cluster-state.ts";
import { KubernetesAccess } from "../../../src/server/access/kubernetes-access.ts";
import type { ServerParts } from "../../../src/server/server.ts";
import { ApiServer } from "../../api-server/api-server.ts";
import { selfSigned } from "../../api-server/tls/self-signed.ts";
import { deployment, podOf, read, us } from "../../cluster/builders.ts";
import { folder as manifests } from "../../daemonset/manifests.ts";
import { DATABASE, made, shop } from "../../profile/shop.ts";
import { type Asked, server } from "../ask.ts";

const RBAC = "rbac.authorization.k8s.io";

/** By name: what is bound to whom, and where; nowhere is everywhere. */
const CALLERS = {
  "shop reader": ["weir-reader", "shop"],
  "shop editor": ["weir-editor", "shop"],
  "data reader": ["weir-reader", "data"],
  "cluster reader": ["weir-reader", undefined],
  "cluster editor": ["weir-editor", undefined],
  scraper: ["weir-metrics", undefined],
} as const;

export type CallerName = keyof typeof CALLERS | "without a token" | "unknown token" | "without rights";

export interface AccessWorld extends Asked {
  readonly api: ApiServer;
  /** Clock of the caches and of the API server's tokens; it stands still unless it is moved. */
  readonly clock: { nowMs: number };
  readonly log: () => string;
  readonly access: KubernetesAccess;
  readonly headersOf: (caller: CallerName) => Record<string, string>;
}

export interface WorldOptions extends Partial<ServerParts> {
  readonly audience?: string;
}

export async function accessWorld(t: Test, { audience, ...parts }: WorldOptions = {}): Promise<AccessWorld> {
  const clock = { nowMs: 1_000 };
  const tls = selfSigned();
  const api = await new ApiServer(roles(), {
    authenticates: true,
    authorizes: true,
    now: () => clock.nowMs,
    tls,
  }).start();
  t.teardown(() => api.stop());
  for (const name of [...Object.keys(CALLERS), "without rights"])
    api.context.tokens.add(tokenOf(name), { username: name, groups: ["system:authenticated"] });
  const { log, logger } = logged();
  const connection = await connectFromPod(t, api, tls.ca);
  const access = new KubernetesAccess({ connection, audience, logger, now: () => clock.nowMs });
  const limits = { requestsPerSecond: 100_000 };
  const asked = await server([{ name: "capture", ok: false, detail: "eth0 is down" }], {
    cluster: largerShop(),
    access,
    hosts: "any",
    logger,
    limits,
    ...parts,
  });
  t.teardown(() => asked.app.close());
  showMore(asked);
  return { ...asked, api, clock, log, access, headersOf };
}

/** As in a pod, without the library that reads kubeconfigs: it takes seconds to load where files are looked at one by one. */
async function connectFromPod(t: Test, api: ApiServer, ca: string): Promise<ApiConnection> {
  const user = { username: "system:serviceaccount:weir:weir", groups: [] };
  const folder = t.testdir({ token: api.context.tokens.add("weirs-own", user), "ca.crt": ca });
  Object.assign(process.env, { KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: String(api.port) });
  return connectApi({ kind: "service account", folder });
}

export function tokenOf(name: string): string {
  return `token-of-${name.replaceAll(" ", "-")}`;
}

function headersOf(caller: CallerName): Record<string, string> {
  return caller === "without a token" ? {} : { authorization: `Bearer ${tokenOf(caller)}` };
}

function roles(): readonly object[] {
  const files = [
    "cluster-role.yaml",
    "cluster-role-reader.yaml",
    "cluster-role-editor.yaml",
    "cluster-role-metrics.yaml",
  ];
  const bindings = Object.entries(CALLERS).map(([user, [role, namespace]]) =>
    binding({ kind: "User", name: user }, role, namespace),
  );
  const weir = { kind: "User", name: "system:serviceaccount:weir:weir" };
  return [
    ...files.map((file) => parse(readFileSync(manifests + file, "utf8")) as object),
    ...bindings,
    binding(weir, "weir", undefined),
  ];
}

export function binding(subject: { kind: string; name: string }, role: string, namespace: string | undefined): object {
  const kind = namespace === undefined ? "ClusterRoleBinding" : "RoleBinding";
  const metadata = {
    name: `${subject.name} ${role}`.replaceAll(/[ :]/gu, "-"),
    ...(namespace !== undefined && { namespace }),
  };
  const roleRef = { apiGroup: RBAC, kind: "ClusterRole", name: role };
  return { apiVersion: `${RBAC}/v1`, kind, metadata, subjects: [{ apiGroup: RBAC, ...subject }], roleRef };
}

/** What else is in the namespace data: nobody of shop talks to the auditor, and a policy there refuses the application. */
function largerShop(): ClusterState {
  const cluster = shop();
  const policy = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { namespace: "data", name: "guard" },
    spec: { podSelector: { matchLabels: { app: "database" } }, policyTypes: ["Ingress"], ingress: [] },
  };
  const auditor = [
    ...deployment("auditor", { app: "auditor" }, "data"),
    podOf("auditor", "0", { ip: AUDITOR, node: "n2", namespace: "data" }),
  ];
  const changes = read(...auditor, policy).map((object) => ({ kind: "present" as const, object }));
  cluster.apply(changes, us("12:00:00"));
  return cluster;
}

const AUDITOR = "10.1.2.31";

/** A connection within data, and one that nobody's namespace is in. */
function showMore({ cluster, book, flows }: Asked): void {
  for (const each of [made(`${AUDITOR}:40010`, `${DATABASE}:5432`), made("192.168.0.1:40011", "198.51.100.7:443")]) {
    const flow = cluster.identifyConnection(each);
    book.addClosed(flow);
    flows.add({ kind: "closed", flow });
  }
}

/** Everything that is logged. */
function logged(): { readonly log: () => string; readonly logger: Logger } {
  let text = "";
  const logger = pino({ level: "trace" }, { write: (line: string) => void (text += line) });
  return { log: () => text, logger };
}
