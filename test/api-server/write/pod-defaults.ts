import { isObject, type JsonObject } from "../json-object.ts";
import { fieldOf, listOf, textOf } from "../table/field-of.ts";
import { fill } from "./fill.ts";

/** pkg/apis/core/v1/defaults.go: SetDefaults_PodSpec, of pods and of templates alike. */
export function setPodSpecDefaults(spec: unknown): void {
  if (!isObject(spec)) return;
  fill(spec, "restartPolicy", "Always");
  fill(spec, "dnsPolicy", "ClusterFirst");
  fill(spec, "terminationGracePeriodSeconds", 30);
  fill(spec, "schedulerName", "default-scheduler");
  fill(spec, "securityContext", {});
  for (const container of containersOf(spec)) setContainerDefaults(container, spec["hostNetwork"] === true);
}

function setContainerDefaults(container: JsonObject, isOnHost: boolean): void {
  fill(container, "imagePullPolicy", isLatest(textOf(container, "image", "")) ? "Always" : "IfNotPresent");
  fill(container, "terminationMessagePath", "/dev/termination-log");
  fill(container, "terminationMessagePolicy", "File");
  fill(container, "resources", {});
  for (const port of listOf(container, "ports")) {
    fill(port, "protocol", "TCP");
    if (isOnHost) fill(port, "hostPort", port["containerPort"]);
  }
  for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"]) setProbeDefaults(container[probe]);
}

/** SetDefaults_Probe, and of its action SetDefaults_HTTPGetAction. */
function setProbeDefaults(probe: unknown): void {
  if (!isObject(probe)) return;
  fill(probe, "timeoutSeconds", 1);
  fill(probe, "periodSeconds", 10);
  fill(probe, "successThreshold", 1);
  fill(probe, "failureThreshold", 3);
  const get = probe["httpGet"];
  if (!isObject(get)) return;
  fill(get, "path", "/");
  fill(get, "scheme", "HTTP");
}

/** No tag and no digest mean "latest". */
function isLatest(image: string): boolean {
  if (image.includes("@")) return false;
  const [, tag = "latest"] = /:([^/:]+)$/u.exec(image) ?? [];
  return tag === "latest";
}

/** SetDefaults_Pod: what only pods get, so that it does not show in templates. */
export function setPodDefaults(pod: object): void {
  const spec = fieldOf(pod, "spec");
  if (!isObject(spec)) return;
  fill(spec, "enableServiceLinks", true);
  for (const { resources } of containersOf(spec)) {
    const limits = fieldOf(resources, "limits");
    if (isObject(resources) && isObject(limits))
      resources["requests"] = { ...limits, ...asObject(resources["requests"]) };
  }
  setPodSpecDefaults(spec);
}

const TOLERATION_SECONDS = 300;

/**
 * What nobody owns, because it is set behind the managed fields: the strategy's first status, and the Priority and
 * DefaultTolerationSeconds admission plugins. The ServiceAccount plugin is not here: no volumes are mounted.
 */
export function admitPod(pod: JsonObject): void {
  const spec = pod["spec"];
  if (!isObject(spec)) return;
  fill(spec, "priority", 0);
  fill(spec, "preemptionPolicy", "PreemptLowerPriority");
  const tolerations = listOf(spec, "tolerations");
  const added = ["not-ready", "unreachable"]
    .map((state) => `node.kubernetes.io/${state}`)
    .filter((key) => !tolerations.some((each) => toleratesEviction(each, key)))
    .map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: TOLERATION_SECONDS }));
  if (added.length > 0) spec["tolerations"] = [...tolerations, ...added];
}

function toleratesEviction({ key, effect }: JsonObject, wanted: string): boolean {
  const isEffect = effect === undefined || effect === "" || effect === "NoExecute";
  return isEffect && (key === undefined || key === "" || key === wanted);
}

/** "Quality of Service": Guaranteed where every limit is also the request, BestEffort where there is neither. */
export function qosClassOf(spec: unknown): string {
  const all = containersOf(spec).map(({ resources }) => [
    asObject(fieldOf(resources, "requests")),
    asObject(fieldOf(resources, "limits")),
  ]);
  if (all.every((each) => each.every((amounts) => Object.keys(amounts).length === 0))) return "BestEffort";
  const isGuaranteed = all.every(([requests = {}, limits = {}]) =>
    ["cpu", "memory"].every((name) => limits[name] !== undefined && requests[name] === limits[name]),
  );
  return isGuaranteed ? "Guaranteed" : "Burstable";
}

function containersOf(spec: unknown): readonly JsonObject[] {
  return [...listOf(spec, "containers"), ...listOf(spec, "initContainers")];
}

function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
