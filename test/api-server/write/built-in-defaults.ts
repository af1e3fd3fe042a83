import { isObject, type JsonObject } from "../json-object.ts";
import type { ApiResource } from "../resource/api-resource.ts";
import type { ApiObject } from "../store/api-object.ts";
import { fieldOf, listOf } from "../table/field-of.ts";

/** The defaults that a client sees in the objects weir reads or writes; others stay as they were given. */
export function setBuiltInDefaults({ id }: ApiResource, object: ApiObject): void {
  DEFAULTS[id]?.(object);
}

const DEFAULTS: Readonly<Record<string, (object: ApiObject) => void>> = {
  "networkpolicies.networking.k8s.io": setPolicyDefaults,
  services: setServiceDefaults,
  pods: (pod) => setPodDefaults(fieldOf(pod, "spec")),
  "deployments.apps": (object) => setWorkloadDefaults(object),
  "replicasets.apps": (object) => setWorkloadDefaults(object),
  "statefulsets.apps": (object) => setWorkloadDefaults(object),
  "daemonsets.apps": (object) => setPodDefaults(fieldOf(object, "spec.template.spec")),
  namespaces: (object) => fill(object, "status", { phase: "Active" }),
};

/** pkg/apis/networking/v1/defaults.go: Egress only where there are egress rules. */
function setPolicyDefaults(policy: ApiObject): void {
  const spec = fieldOf(policy, "spec");
  if (!isObject(spec)) return;
  fill(spec, "podSelector", {});
  const hasEgress = listOf(spec, "egress").length > 0;
  const types = fieldOf(spec, "policyTypes") as readonly unknown[] | undefined;
  if (types === undefined || types.length === 0) spec["policyTypes"] = hasEgress ? ["Ingress", "Egress"] : ["Ingress"];
  for (const rule of [...listOf(spec, "ingress"), ...listOf(spec, "egress")])
    for (const port of listOf(rule, "ports")) fill(port, "protocol", "TCP");
}

function setServiceDefaults(service: ApiObject): void {
  const spec = fieldOf(service, "spec");
  if (!isObject(spec)) return;
  fill(spec, "type", "ClusterIP");
  fill(spec, "sessionAffinity", "None");
  for (const port of listOf(spec, "ports")) {
    fill(port, "protocol", "TCP");
    fill(port, "targetPort", port["port"]);
  }
}

function setWorkloadDefaults(object: ApiObject): void {
  const spec = fieldOf(object, "spec");
  if (!isObject(spec)) return;
  fill(spec, "replicas", 1);
  setPodDefaults(fieldOf(spec, "template.spec"));
}

function setPodDefaults(spec: unknown): void {
  if (!isObject(spec)) return;
  fill(spec, "restartPolicy", "Always");
  fill(spec, "dnsPolicy", "ClusterFirst");
  fill(spec, "terminationGracePeriodSeconds", 30);
  fill(spec, "schedulerName", "default-scheduler");
  for (const container of [...listOf(spec, "containers"), ...listOf(spec, "initContainers")])
    for (const port of listOf(container, "ports")) fill(port, "protocol", "TCP");
}

function fill(object: JsonObject, field: string, value: unknown): void {
  object[field] ??= value;
}
