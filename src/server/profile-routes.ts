import type { FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { ClusterState } from "../cluster/cluster-state.ts";
import type { WorkloadRef } from "../cluster/workload.ts";
import { type Edge, edgeKey } from "../profile/edge.ts";
import { drawGraph } from "../profile/graph.ts";
import type { Forgetting } from "../profile/forgetting.ts";
import type { Profile } from "../profile/profile.ts";
import type { Profiles } from "../profile/profiles.ts";
import { TombstonesFull } from "../profile/tombstones.ts";
import { type Admission, admissionOf } from "./access/guard.ts";
import type { AccessRule } from "./access/access-rule.ts";
import { peerNamespaces, withholder, withholdProfile } from "./access/withhold.ts";
import type { App } from "./app.ts";
import { namespacesOf } from "./namespaces.ts";
import { HttpProblem } from "./problem.ts";
import { forgotten, graph, profile as profileShape, profileSummaries, problem } from "./shapes.ts";

export interface ProfileRouteParts {
  readonly book: Profiles;
  readonly cluster: ClusterState;
  /** Forgets it for good; returns the ids of the edges forgotten. Throws TombstonesFull. */
  readonly forget: (workload: WorkloadRef, what: Forgetting) => readonly string[];
}

export const inNamespace = Type.Object({ namespace: Type.Optional(Type.String()) }, { additionalProperties: false });

export const workloadPath = Type.Object({
  namespace: Type.String(),
  kind: Type.String({
    description: "lower case, `deployment`; a custom kind may name its group, `rollout.argoproj.io`",
  }),
  name: Type.String(),
});

export type WorkloadPath = Static<typeof workloadPath>;

const whatToForget = Type.Object(
  {
    before: Type.Optional(Type.String({ description: "edges last seen before this time, RFC 3339" })),
    after: Type.Optional(Type.String({ description: "edges first seen after this time, RFC 3339" })),
    edge: Type.Optional(Type.String({ maxLength: 1024, description: "the edge of this id" })),
  },
  { additionalProperties: false },
);

/** Profiles of one namespace, or of all that the caller sees. */
export const listing = { access: { kind: "namespaces", right: { verb: "list" } } } as const;

/** In the namespace that a path names. */
export function inPath(verb: "get" | "update" | "delete"): { readonly access: AccessRule } {
  return { access: { kind: "namespace", right: { verb } } };
}

export function addProfileRoutes(app: App, { book, cluster, forget }: ProfileRouteParts): void {
  app.get(
    "/api/v1/profiles",
    {
      config: listing,
      schema: {
        summary: "What is known of each workload, in short",
        querystring: inNamespace,
        response: { 200: profileSummaries },
      },
    },
    (request) => ({ profiles: profilesFor(request, book, cluster).map(summarize) }),
  );

  app.get(
    "/api/v1/graph",
    {
      config: listing,
      schema: { summary: "Who talks to whom", querystring: inNamespace, response: { 200: graph } },
    },
    (request) => withheld(profilesFor(request, book, cluster), cluster, admissionOf(request)).then(drawGraph),
  );

  app.get(
    "/api/v1/profiles/:namespace/:kind/:name",
    {
      config: inPath("get"),
      schema: {
        summary: "One workload's profile",
        params: workloadPath,
        response: { 200: profileShape, 404: problem },
      },
    },
    (request) => {
      const profile = findProfile(request.params, book, cluster);
      return withheld([profile], cluster, admissionOf(request)).then(([shown]) => withEdgeIds(shown!));
    },
  );

  app.delete(
    "/api/v1/profiles/:namespace/:kind/:name",
    {
      config: inPath("delete"),
      schema: {
        summary: "Forget what was learned",
        params: workloadPath,
        querystring: whatToForget,
        response: { 200: forgotten, 400: problem, 404: problem, 409: problem },
      },
    },
    (request) => {
      const profile = findProfile(request.params, book, cluster);
      const { workload } = profile;
      const what = toForgetting(request.query);
      refuseUnknownEdge(what, profile);
      return { forgotten: orConflict(() => forget(workload, what)) };
    },
  );
}

/** Without what the caller may not know of others. */
async function withheld(
  profiles: readonly Profile[],
  cluster: ClusterState,
  { among }: Admission,
): Promise<readonly Profile[]> {
  const sight = await among(peerNamespaces(profiles));
  const withhold = withholder({ sight, namespaces: () => namespacesOf(cluster), profiles });
  return profiles.map((profile) => withholdProfile(profile, withhold));
}

/** What is forgotten is remembered, and there is not room for everything that somebody may make up. Throws a 404. */
function refuseUnknownEdge({ edge: id }: Forgetting, { ingress, egress, failed }: Profile): void {
  if (id === undefined || [...ingress, ...egress, ...failed].some((edge) => edgeKey(edge) === id)) return;
  throw new HttpProblem(404, `edge: the profile has none of the id ${id}`);
}

/** As far as the caller sees. */
export function profilesFor(request: FastifyRequest, book: Profiles, cluster: ClusterState): readonly Profile[] {
  const { namespace } = request.query as Static<typeof inNamespace>;
  const { isWhole, namespaces } = admissionOf(request).sight;
  if (isWhole) return book.profiles(cluster, namespace);
  const wanted = namespace === undefined ? [...namespaces].sort() : [namespace].filter((name) => namespaces.has(name));
  return wanted.flatMap((name) => book.profiles(cluster, name));
}

/** The profile that a path names: of a workload of the cluster, or of one that was seen and is gone. Throws a 404. */
export function findProfile({ namespace, kind, name }: WorkloadPath, book: Profiles, cluster: ClusterState): Profile {
  const ref = cluster.findWorkload(namespace, kind, name) ?? book.find(namespace, kind, name);
  const profile = ref === undefined ? undefined : book.profile(ref, cluster);
  if (profile === undefined) throw new HttpProblem(404, `no workload ${namespace}/${kind}/${name} is known`);
  return profile;
}

function summarize({ workload, pods, nodes, observed, learned, ingress, egress, failed }: Profile): object {
  const counts = { ingress: ingress.length, egress: egress.length, failed: failed.length };
  return { workload, pods: pods.length, nodes, observed, learned, ...counts };
}

function withEdgeIds(profile: Profile): object {
  const { ingress, egress, failed } = profile;
  return { ...profile, ingress: ingress.map(withId), egress: egress.map(withId), failed: failed.map(withId) };
}

function withId(edge: Edge): object {
  return { id: edgeKey(edge), ...edge };
}

function toForgetting({ before, after, edge }: Static<typeof whatToForget>): Forgetting {
  const [beforeMs, afterMs] = [toTime(before, "before"), toTime(after, "after")];
  return {
    ...(edge !== undefined && { edge }),
    ...(afterMs !== undefined && { afterMs }),
    ...(beforeMs !== undefined && { beforeMs }),
  };
}

function orConflict<Value>(work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    throw error instanceof TombstonesFull ? new HttpProblem(409, error.message) : error;
  }
}

function toTime(text: string | undefined, parameter: string): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new HttpProblem(400, `${parameter}: ${JSON.stringify(text)} is not an RFC 3339 time`);
  return time;
}
