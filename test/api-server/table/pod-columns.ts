import type { ApiObject } from "../store/api-object.ts";
import { ageOf } from "./age.ts";
import { type Column, column } from "./column.ts";
import { fieldOf, listOf, numberOf, textOf } from "./field-of.ts";

export const podColumns: readonly Column[] = [
  column("Ready", (pod) => `${readyCount(pod)}/${listOf(pod, "spec.containers").length}`),
  column("Status", statusOf),
  column("Restarts", (pod) => String(restartsOf(pod))),
  column("Age", (pod, nowMs) => ageOf(pod.metadata.creationTimestamp, nowMs)),
  column("IP", (pod) => textOf(pod, "status.podIP"), { priority: 1 }),
  column("Node", (pod) => textOf(pod, "spec.nodeName"), { priority: 1 }),
  column("Nominated Node", (pod) => textOf(pod, "status.nominatedNodeName"), { priority: 1 }),
  column("Readiness Gates", () => "<none>", { priority: 1 }),
];

function readyCount(pod: ApiObject): number {
  return listOf(pod, "status.containerStatuses").filter(({ ready }) => ready === true).length;
}

function restartsOf(pod: ApiObject): number {
  return listOf(pod, "status.containerStatuses").reduce((sum, each) => sum + numberOf(each, "restartCount"), 0);
}

function statusOf(pod: ApiObject): string {
  if (pod.metadata.deletionTimestamp !== undefined) return "Terminating";
  for (const status of listOf(pod, "status.containerStatuses").toReversed()) {
    const reason = fieldOf(status, "state.waiting.reason") ?? fieldOf(status, "state.terminated.reason");
    if (typeof reason === "string" && reason !== "") return reason;
  }
  return textOf(pod, "status.reason", textOf(pod, "status.phase", "Unknown"));
}
