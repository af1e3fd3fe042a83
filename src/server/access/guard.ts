import type { FastifyRequest, onRequestAsyncHookHandler, RouteOptions } from "fastify";
import type { App } from "../app.ts";
import { HttpProblem } from "../problem.ts";
import type { Access } from "./access.ts";
import type { AccessRule } from "./access-rule.ts";
import type { Caller } from "./caller.ts";
import { READ_METRICS, rightText } from "./right.ts";
import { demand, lookAround, lookInto, type Question, type Sight, sightOf, visibleOf, wholeSight } from "./sight.ts";

/** How a request was let in, and what its answer may tell. */
export interface Admission {
  /** Whose it is; empty where nobody is asked. */
  readonly caller: string;
  readonly sight: Sight;
  /** Asks again, for an answer that goes on. Throws a 401, 403 or 503 once it must end. */
  readonly again: () => Promise<Sight>;
  /** Which of these namespaces may be read, beside those asked for. */
  readonly among: (namespaces: Iterable<string>) => Promise<Sight>;
}

declare module "fastify" {
  interface FastifyRequest {
    /** Null where nobody was asked who he is. */
    admission: Admission | null;
  }
}

export interface Guard {
  readonly access: Access;
  /** Whether the metrics ask for a right; else anybody may read them. */
  readonly guardsMetrics: boolean;
  /** Those of which there is something to tell. */
  readonly namespaces: () => Iterable<string>;
}

/** How a route's rule was kept for this request. Throws where the route has no rule, or has not asked for one. */
export function admissionOf({ admission, url }: FastifyRequest): Admission {
  if (admission === null) throw new Error(`${url} tells more than its access rule allows`);
  return admission;
}

/** Sets a guard before every route that is added from now on, and refuses to add one without a rule. */
export function guardRoutes(app: App, guard: Guard): void {
  app.decorateRequest("admission", null);
  app.addHook("onRoute", (route) => {
    const rule = route.config?.access;
    if (rule === undefined) throw new Error(`${String(route.method)} ${route.url} has no access rule`);
    route.onRequest = [...hooksOf(route), admit(rule, guard)];
    route.schema = { ...route.schema, ...described(rule, guard) };
  });
}

/** What /openapi.json says of it. */
function described(rule: AccessRule, { access, guardsMetrics }: Guard): object {
  if (!access.asks) return {};
  switch (rule.kind) {
    case "open":
    case "health":
      return { security: [] };
    case "metrics":
      return guardsMetrics ? { description: `Needs: ${rightText(READ_METRICS)}` } : { security: [] };
    case "namespace":
    case "namespaces":
      return { description: `Needs: ${rightText({ ...rule.right, namespace: "{namespace}" })}` };
  }
}

/** Those of the rate limit stand before the guard. */
function hooksOf({ onRequest = [] }: RouteOptions): NonNullable<Extract<RouteOptions["onRequest"], unknown[]>> {
  return Array.isArray(onRequest) ? onRequest : [onRequest];
}

function admit(rule: AccessRule, guard: Guard): onRequestAsyncHookHandler {
  return async (request) => {
    request.admission = await decide(rule, request, guard);
  };
}

async function decide(rule: AccessRule, request: FastifyRequest, guard: Guard): Promise<Admission | null> {
  const { access, guardsMetrics } = guard;
  if (!access.asks) return rule.kind === "namespaces" ? asSeenFrom(request) : everything;
  switch (rule.kind) {
    case "open":
      return null;
    case "health":
      return request.headers.authorization === undefined ? null : metricsReader(request, access).catch(() => null);
    case "metrics":
      return guardsMetrics ? metricsReader(request, access) : null;
    case "namespace":
    case "namespaces":
      return reader(rule, request, guard);
  }
}

const everything: Admission = {
  caller: "",
  sight: wholeSight,
  again: () => Promise.resolve(wholeSight),
  among: () => Promise.resolve(wholeSight),
};

/** Who may see everything asks for what is seen from one namespace. */
function asSeenFrom({ query }: FastifyRequest): Admission {
  const { namespace } = query as { readonly namespace?: unknown };
  if (typeof namespace !== "string") return everything;
  const sight = sightOf([namespace]);
  return { ...everything, sight, again: () => Promise.resolve(sight) };
}

async function metricsReader({ headers }: FastifyRequest, access: Access): Promise<Admission> {
  const caller = await access.identify(headers.authorization);
  await demand(READ_METRICS, { access, caller });
  return everything;
}

type NamespaceRule = Extract<AccessRule, { readonly kind: "namespace" | "namespaces" }>;

async function reader(rule: NamespaceRule, request: FastifyRequest, guard: Guard): Promise<Admission> {
  const { access, namespaces } = guard;
  const namespace = namespaceOf(rule, request);
  const identify = (): Promise<Caller> => access.identify(request.headers.authorization);
  const look = (caller: Caller): Promise<Sight> => {
    const question = { access, caller, right: rule.right };
    return namespace === undefined ? lookAround(namespaces, question) : lookInto(namespace, question);
  };
  const caller = await identify();
  const own = namespace === undefined ? [] : [namespace];
  return {
    caller: caller.uid ?? caller.username,
    sight: await look(caller),
    again: async () => look(await identify()),
    among: (others) => among(own, others, { access, caller }),
  };
}

/** Whoever was let into a namespace sees that one. */
async function among(
  own: readonly string[],
  others: Iterable<string>,
  who: Pick<Question, "access" | "caller">,
): Promise<Sight> {
  const question = { ...who, right: { verb: "list" } as const };
  if (await who.access.allows(who.caller, { ...question.right, namespace: "" })) return wholeSight;
  const { visible } = await visibleOf(others, question); // what could not be asked about is not shown
  return sightOf([...own, ...visible]);
}

/** RFC 1123's label, as namespaces are named: nothing else is worth a question, nor kept. */
const NAMESPACE = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/u;

/** What the handler will read too; undefined for all. Throws a 400. */
function namespaceOf({ kind }: NamespaceRule, { params, query }: FastifyRequest): string | undefined {
  const { namespace } = (kind === "namespace" ? params : query) as { readonly namespace?: unknown };
  if (namespace === undefined && kind === "namespaces") return undefined;
  if (typeof namespace === "string" && NAMESPACE.test(namespace)) return namespace;
  throw new HttpProblem(400, "namespace: expected the name of one");
}
