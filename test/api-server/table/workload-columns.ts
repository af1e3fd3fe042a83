import type { ApiObject } from "../store/api-object.ts";
import { ageOf, durationText } from "./age.ts";
import { type Column, column } from "./column.ts";
import { fieldOf, labelsText, listOf, numberOf, textOf } from "./field-of.ts";

const age = column("Age", (object, nowMs) => ageOf(object.metadata.creationTimestamp, nowMs));
const count = (name: string, path: string): Column =>
  column(name, (object) => numberOf(object, path), { type: "integer" });

function templateColumns(path: string): readonly Column[] {
  const containers = (object: ApiObject, field: string): string =>
    listOf(object, `${path}.spec.containers`)
      .map((each) => textOf(each, field, ""))
      .join(",");
  return [
    column("Containers", (object) => containers(object, "name"), { priority: 1 }),
    column("Images", (object) => containers(object, "image"), { priority: 1 }),
  ];
}

const selector = column("Selector", (object) => labelsText(fieldOf(object, "spec.selector.matchLabels")), {
  priority: 1,
});
const ready = column("Ready", (object) => `${numberOf(object, "status.readyReplicas")}/${desired(object)}`);

function desired(object: ApiObject): number {
  const replicas = fieldOf(object, "spec.replicas");
  return typeof replicas === "number" ? replicas : 1;
}

const replicaSet: readonly Column[] = [
  count("Desired", "spec.replicas"),
  count("Current", "status.replicas"),
  count("Ready", "status.readyReplicas"),
  age,
  ...templateColumns("spec.template"),
];

export const workloadColumns: Readonly<Record<string, readonly Column[]>> = {
  "deployments.apps": [
    ready,
    count("Up-to-date", "status.updatedReplicas"),
    count("Available", "status.availableReplicas"),
    age,
    ...templateColumns("spec.template"),
    selector,
  ],
  "replicasets.apps": [...replicaSet, selector],
  replicationcontrollers: [
    ...replicaSet,
    column("Selector", (object) => labelsText(fieldOf(object, "spec.selector")), { priority: 1 }),
  ],
  "statefulsets.apps": [ready, age, ...templateColumns("spec.template")],
  "daemonsets.apps": [
    count("Desired", "status.desiredNumberScheduled"),
    count("Current", "status.currentNumberScheduled"),
    count("Ready", "status.numberReady"),
    count("Up-to-date", "status.updatedNumberScheduled"),
    count("Available", "status.numberAvailable"),
    column("Node Selector", (object) => labelsText(fieldOf(object, "spec.template.spec.nodeSelector"))),
    age,
    ...templateColumns("spec.template"),
    selector,
  ],
  "jobs.batch": [
    column("Completions", (job) => `${numberOf(job, "status.succeeded")}/${numberOf(job, "spec.completions") || 1}`),
    column("Duration", (job, nowMs) => jobDuration(job, nowMs)),
    age,
    ...templateColumns("spec.template"),
    selector,
  ],
  "cronjobs.batch": [
    column("Schedule", (object) => textOf(object, "spec.schedule", "")),
    column("Suspend", (object) => (fieldOf(object, "spec.suspend") === true ? "True" : "False")),
    column("Active", (object) => listOf(object, "status.active").length, { type: "integer" }),
    column("Last Schedule", (object, nowMs) => lastSchedule(object, nowMs)),
    age,
    ...templateColumns("spec.jobTemplate.spec.template"),
  ],
};

function jobDuration(job: ApiObject, nowMs: number): string {
  const start = fieldOf(job, "status.startTime");
  if (typeof start !== "string") return "";
  const end = fieldOf(job, "status.completionTime");
  return durationText(Math.floor(((typeof end === "string" ? Date.parse(end) : nowMs) - Date.parse(start)) / 1000));
}

function lastSchedule(object: ApiObject, nowMs: number): string {
  const last = fieldOf(object, "status.lastScheduleTime");
  return last === undefined ? "<none>" : ageOf(last, nowMs);
}
