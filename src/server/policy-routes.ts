import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { ClusterState } from "../cluster/cluster-state.ts";
import { type Generated, generatePolicies, generatePolicy } from "../policy/generate.ts";
import { GeneratorOptionsSchema } from "../policy/options.ts";
import { InvalidOptions } from "../policy/option-faults.ts";
import { type GeneratorSettings, resolveOptions } from "../policy/resolve-options.ts";
import { ReviewSchema } from "../policy/review/review-shape.ts";
import { toYaml } from "../policy/yaml.ts";
import type { WorkloadRef } from "../cluster/workload.ts";
import type { DecisionBook } from "../profile/decision-book.ts";
import type { Profiles } from "../profile/profiles.ts";
import type { Profile } from "../profile/profile.ts";
import { admissionOf } from "./access/guard.ts";
import { POLICIES } from "./access/right.ts";
import { peerNamespaces, type Withhold, withholder, withholdReview } from "./access/withhold.ts";
import type { App } from "./app.ts";
import { namespacesOf } from "./namespaces.ts";
import { HttpProblem } from "./problem.ts";
import { findProfile, workloadPath } from "./profile-routes.ts";
import { problem, workloadRef } from "./shapes.ts";

const YAML = "application/yaml"; // RFC 9512
const PRODUCES = ["application/json", YAML];

const policy = Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()], {
  description: "a networking.k8s.io/v1 NetworkPolicy, or what `dialect` asks for, or null; the review says why",
});
const generated = Type.Object({ workload: workloadRef, policy, review: ReviewSchema });

const config = { access: { kind: "namespace", right: { verb: "create", subresource: POLICIES } } } as const;
const schema = { body: GeneratorOptionsSchema, produces: PRODUCES };
/** The body is checked by resolveOptions, which knows more than a schema can say and names all faults at once. */
const validatorCompiler = () => (value: unknown) => ({ value });

export interface PolicyRouteParts {
  readonly book: Profiles;
  readonly cluster: ClusterState;
  readonly decisions: DecisionBook;
}

export function addPolicyRoutes(app: App, { book, cluster, decisions }: PolicyRouteParts): void {
  app.post(
    "/api/v1/policies/:namespace/:kind/:name",
    {
      config,
      validatorCompiler,
      schema: {
        ...schema,
        summary: "A policy from one profile, and its review",
        params: workloadPath,
        response: { 200: generated, 404: problem, 422: problem },
      },
    },
    async (request, reply) => {
      const profile = findProfile(request.params, book, cluster);
      const made = generatePolicy(profile, cluster, settingsOf(request, decisions)(profile.workload));
      const one = shown(made, await withholdingFor(request, [profile], cluster));
      if (wantsYaml(request)) return reply.type(YAML).send(toYaml([one]));
      return toJson(one);
    },
  );

  app.post(
    "/api/v1/policies/:namespace",
    {
      config,
      validatorCompiler,
      schema: {
        ...schema,
        summary: "A policy for every workload of a namespace",
        params: Type.Object({ namespace: Type.String() }),
        response: { 200: Type.Object({ policies: Type.Array(generated) }), 404: problem, 422: problem },
      },
    },
    async (request, reply) => {
      const profiles = book.profiles(cluster, request.params.namespace);
      if (profiles.length === 0)
        throw new HttpProblem(404, `no workload of namespace ${request.params.namespace} is known`);
      // A system namespace that is asked for by name is not left out.
      const settings = settingsOf(request, decisions);
      const made = generatePolicies(profiles, cluster, (workload) => ({
        ...settings(workload),
        includeSystemNamespaces: true,
      }));
      const withhold = await withholdingFor(request, profiles, cluster);
      const all = made.map((one) => shown(one, withhold));
      if (wantsYaml(request)) return reply.type(YAML).send(toYaml(all));
      return { policies: all.map(toJson) };
    },
  );
}

/** What a review says of other namespaces is for who may read their profiles too. */
async function withholdingFor(
  request: FastifyRequest,
  profiles: readonly Profile[],
  cluster: ClusterState,
): Promise<Withhold> {
  const sight = await admissionOf(request).among(peerNamespaces(profiles));
  return withholder({ sight, namespaces: () => namespacesOf(cluster), profiles });
}

function shown(one: Generated, withhold: Withhold): Generated {
  return { ...one, review: withholdReview(one.review, withhold) };
}

function toJson({ workload, document: made, review }: Generated): object {
  return { workload, policy: made, review };
}

/** What the body asks for, and what was decided of each workload where the body leaves it open. Throws a 422. */
function settingsOf({ body }: FastifyRequest, decisions: DecisionBook): (workload: WorkloadRef) => GeneratorSettings {
  try {
    const common = resolveOptions(body ?? {});
    return (workload) => {
      const decided = decisions.get(workload);
      return decided === undefined ? common : resolveOptions(body ?? {}, decided);
    };
  } catch (error) {
    throw error instanceof InvalidOptions ? new HttpProblem(422, error.message) : error;
  }
}

function wantsYaml(request: FastifyRequest): boolean {
  return request.accepts().type([...PRODUCES]) === YAML;
}
