import { isObject, type JsonObject } from "../json-object.ts";
import type { ApiResource } from "../resource/api-resource.ts";
import type { ApiObject } from "../store/api-object.ts";
import { fieldOf, listOf } from "../table/field-of.ts";
import { fill } from "./fill.ts";
import { setPodDefaults, setPodSpecDefaults } from "./pod-defaults.ts";

/** Defaults of the kinds that weir reads or writes, defaults.go of their groups in pkg/apis; others stay as they were given. */
export function setBuiltInDefaults({ id }: ApiResource, object: ApiObject): void {
  DEFAULTS[id]?.(object);
}

const DEFAULTS: Readonly<Record<string, (object: ApiObject) => void>> = {
  "networkpolicies.networking.k8s.io": setPolicyDefaults,
  services: setServiceDefaults,
  pods: setPodDefaults,
  "deployments.apps": setDeploymentDefaults,
  "replicasets.apps": setReplicaSetDefaults,
  "statefulsets.apps": setStatefulSetDefaults,
  "daemonsets.apps": setDaemonSetDefaults,
  namespaces: setNamespaceDefaults,
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

function setDeploymentDefaults(object: ApiObject): void {
  const spec = fieldOf(object, "spec");
  if (!isObject(spec)) return;
  fill(spec, "replicas", 1);
  fill(spec, "revisionHistoryLimit", 10);
  fill(spec, "progressDeadlineSeconds", 600);
  setRollingDefaults(spec, "strategy", { maxUnavailable: "25%", maxSurge: "25%" });
  setPodSpecDefaults(fieldOf(spec, "template.spec"));
}

function setReplicaSetDefaults(object: ApiObject): void {
  const spec = fieldOf(object, "spec");
  if (!isObject(spec)) return;
  fill(spec, "replicas", 1);
  setPodSpecDefaults(fieldOf(spec, "template.spec"));
}

function setStatefulSetDefaults(object: ApiObject): void {
  const spec = fieldOf(object, "spec");
  if (!isObject(spec)) return;
  fill(spec, "podManagementPolicy", "OrderedReady");
  fill(spec, "replicas", 1);
  fill(spec, "revisionHistoryLimit", 10);
  setRollingDefaults(spec, "updateStrategy", { partition: 0 });
  setPodSpecDefaults(fieldOf(spec, "template.spec"));
}

function setDaemonSetDefaults(object: ApiObject): void {
  const spec = fieldOf(object, "spec");
  if (!isObject(spec)) return;
  fill(spec, "revisionHistoryLimit", 10);
  setRollingDefaults(spec, "updateStrategy", { maxUnavailable: 1, maxSurge: 0 });
  setPodSpecDefaults(fieldOf(spec, "template.spec"));
}

function setRollingDefaults(spec: JsonObject, field: string, values: JsonObject): void {
  fill(spec, field, {});
  const strategy = spec[field];
  if (!isObject(strategy)) return;
  fill(strategy, "type", "RollingUpdate");
  if (strategy["type"] !== "RollingUpdate") return;
  fill(strategy, "rollingUpdate", {});
  const rolling = strategy["rollingUpdate"];
  if (isObject(rolling)) for (const [name, value] of Object.entries(values)) fill(rolling, name, value);
}

/** SetDefaults_Namespace: every namespace can be selected by its name. */
function setNamespaceDefaults(object: ApiObject): void {
  fill(object, "status", {});
  const { status, metadata } = object;
  if (isObject(status)) fill(status, "phase", "Active");
  if (metadata.name !== "") metadata.labels = { ...metadata.labels, "kubernetes.io/metadata.name": metadata.name };
}
