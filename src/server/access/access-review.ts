import type { ApiRequest } from "../../cluster/api/connect-api.ts";
import type { Caller } from "./caller.ts";
import { PROFILES, type Right } from "./right.ts";

export interface AccessAnswer {
  readonly isAllowed: boolean;
}

/** https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/subject-access-review-v1/ */
export function accessReview({ username, uid, groups, extra }: Caller, right: Right): ApiRequest {
  const who = { user: username, groups, ...(uid !== undefined && { uid }), ...(extra !== undefined && { extra }) };
  const spec = { ...who, ...attributesOf(right) };
  const body = { apiVersion: "authorization.k8s.io/v1", kind: "SubjectAccessReview", spec };
  return { method: "POST", path: "/apis/authorization.k8s.io/v1/subjectaccessreviews", body };
}

function attributesOf(right: Right): object {
  return "path" in right
    ? { nonResourceAttributes: right }
    : { resourceAttributes: { ...PROFILES, version: "*", ...right } };
}

/** Whatever is not plainly a yes is a no. */
export function readAccessReview(answer: unknown): AccessAnswer {
  const { status } = answer as { readonly status?: { readonly allowed?: unknown; readonly denied?: unknown } };
  return { isAllowed: status?.allowed === true && status.denied !== true };
}
