import type { Exchange } from "../api-context.ts";
import { readObjectBody } from "../http/read-body.ts";
import type { JsonObject } from "../json-object.ts";
import { parseStored } from "../store/stored-object.ts";
import { fieldOf, textOf } from "../table/field-of.ts";
import { timestampOf } from "../write/new-metadata.ts";
import { existing } from "../write/update-object.ts";
import { API_AUDIENCE } from "./token-book.ts";

const DEFAULT_SECONDS = 3600;

/** POST serviceaccounts/NAME/token, which `kubectl create token` and kubelets use: authentication.k8s.io TokenRequest. */
export async function requestToken(exchange: Exchange): Promise<JsonObject> {
  const { answer, context, namespace, target } = exchange;
  const account = parseStored(existing(exchange));
  const { spec = {} } = await readObjectBody(answer.request);
  const seconds = fieldOf(spec, "expirationSeconds");
  const expirationSeconds = typeof seconds === "number" ? seconds : DEFAULT_SECONDS;
  const asked = fieldOf(spec, "audiences");
  const audiences = Array.isArray(asked) && asked.length > 0 ? (asked as readonly string[]) : [API_AUDIENCE];
  const node = textOf(spec, "boundObjectRef.kind", "") === "Node" ? { node: textOf(spec, "boundObjectRef.name") } : {};
  const { uid = "" } = account.metadata;
  const token = context.tokens.issue({
    namespace,
    name: target.name,
    uid,
    audiences,
    seconds: expirationSeconds,
    ...node,
  });
  return {
    kind: "TokenRequest",
    apiVersion: "authentication.k8s.io/v1",
    metadata: { name: target.name, namespace, creationTimestamp: timestampOf(context.settings.now()) },
    spec: { ...(spec as JsonObject), audiences, expirationSeconds },
    status: { token, expirationTimestamp: timestampOf(context.settings.now() + expirationSeconds * 1000) },
  };
}
