import type { Connection, Endpoint } from "../flow/connection.ts";
import { isIpv6 } from "./address/address.ts";
import { identifyAddress, type AddressSources } from "./address-book.ts";
import { backends, type BackendSources } from "./service/backends.ts";
import type { Flow, ServerParty } from "./flow.ts";
import { inferDirection } from "./infer-direction.ts";
import { serviceRef, type AskedService } from "./service/service-index.ts";
import type { EndpointIndex } from "./service/endpoint-index.ts";
import type { WorkloadIndex } from "./workload/workload-index.ts";

export interface ConnectionSources extends AddressSources {
  readonly endpoints: EndpointIndex;
  readonly workloads: WorkloadIndex;
}

/**
 * Names both ends of a connection as of its start. What the wire showed goes before what the API says: the
 * server's address is taken as it is, and Services are asked for their endpoints only where it is theirs.
 */
export function identifyConnection(sources: ConnectionSources, told: Connection): Flow {
  const connection = inferDirection(sources, told);
  const { client, server, startUs, nat, protocol } = connection;
  const asked = askedAt(sources, protocol, server, startUs);
  const views = [server, ...nat.map((view) => view.server)];
  const service = views
    .map((view) => theOne(askedAt(sources, protocol, view, startUs)))
    .find((one) => one !== undefined);
  const servers = serversOf(sources, server, startUs, asked);
  const backend = asked.length > 0 || service === undefined ? undefined : backendOf(sources, service, servers[0]);
  return {
    connection,
    client: { identity: identifyAddress(sources, client.ip, startUs), ip: client.ip },
    servers,
    service: service === undefined ? undefined : serviceRef(service.service),
    resolution: asked.length > 0 ? "endpoints" : "address",
    ...(backend === undefined ? {} : { backend }),
  };
}

/** Endpoints are known as of now: a pod that has gone since is no longer among them, and proves nothing. */
function backendOf(
  { endpoints, roll }: ConnectionSources,
  asked: AskedService,
  { identity, ip, port }: ServerParty,
): Flow["backend"] {
  const told = endpoints.of(asked, isIpv6(ip) ? "IPv6" : "IPv4");
  if (told.some((endpoint) => endpoint.ip === ip && endpoint.port === port)) return "told";
  const isThere = identity.kind === "pod" && roll.named(identity.workload.namespace, identity.pod).length > 0;
  return told.length > 0 && isThere ? "untold" : undefined;
}

/** The Services at an address and port; nodePorts are at every node's addresses. */
function askedAt(
  sources: ConnectionSources,
  protocol: string,
  server: Endpoint,
  timeUs: number,
): readonly AskedService[] {
  const asked = sources.services.askedAt(protocol, server);
  if (asked.length > 0) return asked;
  const atNodePort = sources.services.askedAtNodePort(protocol, server.port);
  if (atNodePort.length === 0) return [];
  return identifyAddress(sources, server.ip, timeUs).kind === "host" ? atNodePort : [];
}

/** Two Services that claim one address and port can't be told apart. */
function theOne(asked: readonly AskedService[]): AskedService | undefined {
  return asked.length === 1 ? asked[0] : undefined;
}

function serversOf(
  sources: ConnectionSources,
  { ip, port }: Endpoint,
  timeUs: number,
  asked: readonly AskedService[],
): readonly [ServerParty, ...ServerParty[]] {
  const backendSources = backendSourcesAt(sources, timeUs);
  const [first, ...others] = asked.flatMap((one) => backends(backendSources, one, ip));
  return first === undefined ? [{ identity: backendSources.identify(ip), ip, port }] : [first, ...others];
}

function backendSourcesAt(sources: ConnectionSources, timeUs: number): BackendSources {
  const { endpoints, workloads, pods } = sources;
  return {
    endpoints,
    workloads,
    podAt: (ip) => pods.at(ip, timeUs),
    identify: (ip) => identifyAddress(sources, ip, timeUs),
    identifyByHand: (ip) => identifyAddress({ ...sources, arePodsKnown: true }, ip, timeUs),
  };
}
