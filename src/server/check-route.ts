import type { ClusterState } from "../cluster/cluster-state.ts";
import { FieldFault, rootField } from "../cluster/object/field.ts";
import type { NetworkPolicyObject } from "../cluster/objects.ts";
import { answer } from "../policy/check/answer.ts";
import { readProbes } from "../policy/check/probe.ts";
import { profileQuestions } from "../policy/check/profile-questions.ts";
import { readPolicy } from "../policy/check/read-policy.ts";
import { compilePolicies } from "../policy/evaluate/evaluate.ts";
import { indexEnds } from "../policy/evaluate/find-end.ts";
import type { Question } from "../policy/evaluate/verdict.ts";
import type { Profiles } from "../profile/profiles.ts";
import type { App } from "./app.ts";
import { HttpProblem } from "./problem.ts";
import { answers, checkBody, problem } from "./shapes.ts";

export interface CheckRouteParts {
  readonly book: Profiles;
  readonly cluster: ClusterState;
}

export function addCheckRoute(app: App, { book, cluster }: CheckRouteParts): void {
  app.post(
    "/api/v1/check",
    {
      schema: {
        summary: "Whether policies let probes pass, or else everything that was observed",
        body: checkBody,
        response: { 200: answers, 422: problem },
      },
    },
    ({ body }) => {
      const policies = compilePolicies(policiesOf(body.policies), cluster);
      const questions =
        body.probes === undefined
          ? profileQuestions(book.profiles(cluster), cluster)
          : probeQuestions(body.probes, cluster);
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

function probeQuestions(probes: readonly unknown[], cluster: ClusterState): readonly Question[] {
  try {
    return readProbes(rootField(probes), indexEnds(cluster)).map(({ question }) => question);
  } catch (error) {
    throw error instanceof FieldFault ? new HttpProblem(422, `probes${error.message}`) : error;
  }
}
