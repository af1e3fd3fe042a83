import type { Held } from "./address/held.ts";
import { addressScope, type AddressScope } from "./address/address-scope.ts";
import type { HostAddresses } from "./address/host-addresses.ts";
import { addressNumber, canonicalAddress } from "./address/address.ts";
import type { ClusterRanges } from "./cluster-ranges.ts";
import type { Identity, PodIdentity } from "./identity.ts";
import type { PodAddresses } from "./pod-addresses.ts";
import type { PodRoll } from "./pod-roll.ts";
import type { ServiceIndex } from "./service/service-index.ts";
import { workloadKey } from "./workload.ts";

export interface AddressSources {
  readonly pods: PodAddresses;
  readonly hosts: HostAddresses;
  readonly roll: PodRoll;
  readonly services: ServiceIndex;
  readonly ranges: ClusterRanges;
  /** Given where it is known otherwise that a private address outside of the pods' ranges is no pod's. */
  readonly arePodsKnown?: true;
}

/**
 * Says who had an address at a moment: a pod or a node where one had it, else what its range tells. An
 * address that may be the cluster's own is never called external.
 */
export function identifyAddress(sources: AddressSources, ip: string, timeUs: number): Identity {
  return sources.pods.onlyHolderAt(ip, timeUs) ?? identifyFully(sources, ip, timeUs);
}

function identifyFully(sources: AddressSources, ip: string, timeUs: number): Identity {
  const pod = sources.pods.at(ip, timeUs);
  if (pod.kind === "held") return pod.by;
  if (pod.kind === "ambiguous") return oneOf(pod.by);
  if (pod.kind === "doubtful") return unresolved(doubt(pod.by));
  const host = sources.hosts.at(ip, timeUs);
  if (host.kind === "held") return host.by;
  if (pod.kind !== "never") return unresolved(heldAtAnotherTime(pod));
  const canonical = canonicalAddress(ip);
  if (canonical === undefined) return unresolved("not an IP address");
  return canonical === ip ? identifyByRange(sources, ip) : identifyAddress(sources, canonical, timeUs);
}

/** Two pods of one workload in turn: the workload is sure, and the later pod likelier. */
function oneOf(pods: readonly PodIdentity[]): Identity {
  const last = pods.at(-1);
  const workloads = new Set(pods.map(({ workload }) => workloadKey(workload)));
  if (last !== undefined && workloads.size === 1) return last;
  const names = pods.map((pod) => podName(pod)).join(" and ");
  return unresolved(`ambiguous: ${names} may both have had this address then`);
}

function doubt(pod: PodIdentity): string {
  return `pod ${podName(pod)} may have had this address then, or one that came and went while the cluster could not be read`;
}

function heldAtAnotherTime(
  held: Exclude<Held<PodIdentity>, { readonly kind: "held" | "ambiguous" | "doubtful" | "never" }>,
): string {
  return held.kind === "later"
    ? `pod ${podName(held.by)} has this address, but only since ${timeText(held.fromUs)}, after the connection began`
    : `pod ${podName(held.by)} had this address, but only until ${timeText(held.untilUs)}, before the connection began`;
}

/** For addresses that no pod and no node ever had. */
function identifyByRange({ ranges, services, roll, arePodsKnown }: AddressSources, ip: string): Identity {
  const device = ranges.deviceAt(ip);
  if (device !== undefined) return { kind: "host", node: device };
  const service = services.atAddress(ip);
  if (service !== undefined)
    return unresolved(`the address of Service ${service.namespace}/${service.name}, not a pod's`);
  const address = addressNumber(ip);
  if (ranges.isPodAddress(address)) return unresolved("in the cluster's pod range, but no known pod has had it");
  if (ranges.isServiceAddress(address))
    return unresolved("in the cluster's Service range, but no known Service has it");
  return identifyByScope(addressScope(address), () => arePodsKnown ?? ranges.arePodsKnown(roll.all()));
}

/**
 * Loopback is a network namespace talking to itself, which for captures on a node is the node. Link-local
 * addresses are answered on the node or by its hypervisor: NodeLocal DNSCache, a cloud's metadata.
 */
function identifyByScope(scope: AddressScope, arePodsKnown: () => boolean): Identity {
  switch (scope) {
    case "loopback":
    case "link-local":
      return { kind: "host", node: undefined };
    case "multicast":
    case "broadcast":
    case "unspecified":
      return unresolved(`${scope} address: nobody's own`);
    case "private":
      return arePodsKnown()
        ? { kind: "external" }
        : unresolved("a private address that nobody known has; the cluster's pod ranges are not known");
    case "public":
      return { kind: "external" };
  }
}

function unresolved(reason: string): Identity {
  return { kind: "unresolved", reason };
}

function podName({ workload, pod }: PodIdentity): string {
  return `${workload.namespace}/${pod}`;
}

/** Any number of microseconds, also one that no Date can hold. */
function timeText(timeUs: number): string {
  return Number.isFinite(timeUs) ? new Date(timeUs / 1000).toISOString() : "ever";
}
