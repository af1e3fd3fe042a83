import { FieldFault, at, elements, flag, isAbsent, port, text, time, type Field } from "./field.ts";
import type { ContainerPort, Pod } from "../objects.ts";
import { parseEitherAddresses } from "./parse-address.ts";
import { parseNamespacedMetadata } from "./parse-metadata.ts";

const CONTAINER_LISTS = ["initContainerStatuses", "containerStatuses"];

export function parsePod(object: Field): Pod {
  const spec = at(object, "spec");
  const status = at(object, "status");
  const phase = text(at(status, "phase"));
  const states = containerStates(status);
  return {
    type: "Pod",
    metadata: parseNamespacedMetadata(object),
    nodeName: text(at(spec, "nodeName")),
    hostNetwork: flag(at(spec, "hostNetwork")),
    phase,
    ips: parseEitherAddresses(ipsOf(at(status, "podIPs")), at(status, "podIP")),
    hostIps: parseEitherAddresses(ipsOf(at(status, "hostIPs")), at(status, "hostIP")),
    startUs: time(at(status, "startTime")),
    runningUs: least(states.flatMap((state) => startTimes(state))),
    isFirstRun: isFirstRun(status),
    endUs:
      isFinal(phase) || isEnded(object, status)
        ? greatest(states.map((state) => time(at(state, "terminated", "finishedAt"))))
        : undefined,
    ports: parsePorts(spec),
  };
}

/** A pod that has finished for good has given its address back: KEP-1972 and the pod's life cycle. */
function isFinal(phase: string | undefined): boolean {
  return phase === "Succeeded" || phase === "Failed";
}

/** A pod that is to go and whose containers have all ended is over, whatever its phase says. */
function isEnded(object: Field, status: Field): boolean {
  const states = elements(at(status, "containerStatuses")).map((container) => at(container, "state", "terminated"));
  const isDeleted = !isAbsent(at(object, "metadata", "deletionTimestamp"));
  return isDeleted && states.length > 0 && states.every((terminated) => !isAbsent(terminated));
}

/** No container has been started again, so that the first start that is told was the pod's first. */
function isFirstRun(status: Field): boolean {
  const containers = CONTAINER_LISTS.flatMap((name) => elements(at(status, name)));
  return containers.length > 0 && containers.every((container) => at(container, "restartCount").value === 0);
}

function ipsOf(list: Field): readonly Field[] {
  return elements(list).map((element) => at(element, "ip"));
}

/** Not `lastState`: after a node's reboot that tells of a sandbox that had another address. */
function containerStates(status: Field): readonly Field[] {
  return CONTAINER_LISTS.flatMap((name) => elements(at(status, name))).map((container) => at(container, "state"));
}

function startTimes(state: Field): readonly (number | undefined)[] {
  return [time(at(state, "running", "startedAt")), time(at(state, "terminated", "startedAt"))];
}

/** Sidecars are init containers that go on running (KEP-753); their ports count. */
function parsePorts(spec: Field): readonly ContainerPort[] {
  const sidecars = elements(at(spec, "initContainers")).filter(
    (container) => text(at(container, "restartPolicy")) === "Always",
  );
  return [...elements(at(spec, "containers")), ...sidecars]
    .flatMap((container) => elements(at(container, "ports")))
    .map((entry) => parsePort(entry));
}

function parsePort(entry: Field): ContainerPort {
  const containerPort = port(at(entry, "containerPort"));
  if (containerPort === undefined) throw new FieldFault(at(entry, "containerPort"), "missing");
  return { name: text(at(entry, "name")), containerPort, protocol: text(at(entry, "protocol")) ?? "TCP" };
}

function least(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function greatest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
