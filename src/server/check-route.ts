import type { ClusterState } from "../cluster/cluster-state.ts";
import { FieldFault, rootField } from "../cluster/object/field.ts";
import type { NetworkPolicyObject } from "../cluster/objects.ts";
import { answer } from "../policy/check/answer.ts";
import { readProbes } from "../policy/check/probe.ts";
import { profileQuestions } from "../policy/check/profile-questions.ts";
import { readPolicy } from "../policy/check/read-policy.ts";
import { compilePolicies } from "../policy/evaluate/evaluate.ts";
import type { EndFinder } from "../policy/evaluate/find-end.ts";
import type { Question } from "../policy/evaluate/verdict.ts";
import type { Profiles } from "../profile/profiles.ts";
import { admissionOf } from "./access/guard.ts";
import { POLICIES } from "./access/right.ts";
import { visibleEnds, withoutUnseenPods } from "./access/visible-ends.ts";
import type { App } from "./app.ts";
import { HttpProblem } from "./problem.ts";
import { inNamespace, profilesFor } from "./profile-routes.ts";
import { answers, checkBody, problem } from "./shapes.ts";

export interface CheckRouteParts {
  readonly book: Profiles;
  readonly cluster: ClusterState;
}

export function addCheckRoute(app: App, { book, cluster }: CheckRouteParts): void {
  app.post(
    "/api/v1/check",
    {
      config: { access: { kind: "namespaces", right: { verb: "create", subresource: POLICIES } } },
      schema: {
        summary: "Whether policies let probes pass, or else everything that was observed",
        querystring: inNamespace,
        body: checkBody,
        response: { 200: answers, 422: problem },
      },
    },
    (request) => {
      const { body } = request;
      const { sight } = admissionOf(request);
      const policies = compilePolicies(policiesOf(body.policies), cluster);
      const questions =
        body.probes === undefined
          ? withoutUnseenPods(profileQuestions(profilesFor(request, book, cluster), cluster), cluster, sight)
          : probeQuestions(body.probes, visibleEnds(cluster, sight));
      return { verdicts: questions.map((question) => answer(policies, question)) };
    },
  );
}

/** Throws a 422 with every fault of every policy. */
function policiesOf(values: readonly unknown[]): readonly NetworkPolicyObject[] {
  const read = values.map((value) => readPolicy(value));
  const faults = read.flatMap((one, index) =>
    one.kind === "faulty" ? one.faults.map(({ path, message }) => `policies[${index}].${path}: ${message}`) : [],
  );
  if (faults.length > 0) throw new HttpProblem(422, faults.join("; "));
  return read.flatMap((one) => (one.kind === "policy" ? [one.policy] : []));
}

function probeQuestions(probes: readonly unknown[], ends: EndFinder): readonly Question[] {
  try {
    return readProbes(rootField(probes), ends).map(({ question }) => question);
  } catch (error) {
    throw error instanceof FieldFault ? new HttpProblem(422, `probes${error.message}`) : error;
  }
}
