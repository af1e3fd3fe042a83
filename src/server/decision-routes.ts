import { Type } from "typebox";
import type { ClusterState } from "../cluster/cluster-state.ts";
import type { WorkloadRef } from "../cluster/workload.ts";
import { InvalidOptions } from "../policy/option-faults.ts";
import { readDecisions } from "../policy/read-decisions.ts";
import { type DecisionBook, DecisionsFull, type StoredDecisions } from "../profile/decision-book.ts";
import { type Decisions, DecisionsSchema } from "../profile/decisions.ts";
import type { Profiles } from "../profile/profiles.ts";
import { admissionOf } from "./access/guard.ts";
import type { App } from "./app.ts";
import { HttpProblem } from "./problem.ts";
import { findProfile, inNamespace, inPath, listing, type WorkloadPath, workloadPath } from "./profile-routes.ts";
import { decisionsList, problem } from "./shapes.ts";

export interface DecisionRouteParts {
  readonly book: Profiles;
  readonly cluster: ClusterState;
  readonly decisions: DecisionBook;
}

const PATH = "/api/v1/decisions/:namespace/:kind/:name";
/** The document is checked by readDecisions, which knows more than a schema can say and names all faults at once. */
const validatorCompiler = () => (value: unknown) => ({ value });

export function addDecisionRoutes(app: App, { book, cluster, decisions }: DecisionRouteParts): void {
  app.get(
    "/api/v1/decisions",
    {
      config: listing,
      schema: { summary: "All decisions", querystring: inNamespace, response: { 200: decisionsList } },
    },
    (request) => ({
      decisions: decisions
        .list(request.query.namespace)
        .filter(({ workload }) => admissionOf(request).sight.sees(workload.namespace))
        .map((stored) => ({ ...stored, isKnown: book.profile(stored.workload, cluster) !== undefined })),
    }),
  );

  app.get(
    PATH,
    {
      config: inPath("get"),
      schema: {
        summary: "What was decided of one workload",
        params: workloadPath,
        response: { 200: DecisionsSchema, 404: problem },
      },
    },
    (request) => find(request.params, { cluster, decisions }).decisions,
  );

  app.put(
    PATH,
    {
      config: inPath("update"),
      validatorCompiler,
      schema: {
        summary: "Decide, in the place of whatever was decided before",
        params: workloadPath,
        body: DecisionsSchema,
        response: { 200: DecisionsSchema, 404: problem, 409: problem, 422: problem },
      },
    },
    (request) => {
      const { workload } = findProfile(request.params, book, cluster);
      const document = readDocument(request.body);
      keep(workload, document, decisions);
      return document;
    },
  );

  app.delete(
    PATH,
    {
      config: inPath("update"),
      schema: {
        summary: "Decide nothing any more",
        params: workloadPath,
        response: { 204: Type.Null(), 404: problem },
      },
    },
    (request, reply) => {
      decisions.delete(find(request.params, { cluster, decisions }).workload);
      return reply.code(204).send();
    },
  );
}

/** Of a workload that may be gone by now. Throws a 404. */
function find(
  { namespace, kind, name }: WorkloadPath,
  { cluster, decisions }: Pick<DecisionRouteParts, "cluster" | "decisions">,
): StoredDecisions {
  const workload = cluster.findWorkload(namespace, kind, name);
  const stored = decisions.find(namespace, workload?.kind ?? kind, name);
  if (stored === undefined) throw new HttpProblem(404, `nothing was decided of ${namespace}/${kind}/${name}`);
  return stored;
}

/** Throws a 422, as for the options of a policy. */
function readDocument(body: unknown): Decisions {
  try {
    return readDecisions(body);
  } catch (error) {
    throw error instanceof InvalidOptions ? new HttpProblem(422, error.message) : error;
  }
}

function keep(workload: WorkloadRef, document: Decisions, decisions: DecisionBook): void {
  try {
    decisions.put(workload, document);
  } catch (error) {
    throw error instanceof DecisionsFull ? new HttpProblem(409, error.message) : error;
  }
}
