import type { Logger } from "pino";
import type { ApiConnection } from "../cluster/api/connect-api.ts";
import { type Access, openAccess } from "./access/access.ts";
import { KubernetesAccess, type ReviewCounts } from "./access/kubernetes-access.ts";
import { ConnectionLimit } from "./connection-limit.ts";
import type { Condition } from "./health-routes.ts";
import type { HostRule } from "./host-check.ts";
import { defaultLimits } from "./http-limits.ts";
import type { ListenAddress } from "./listen-address.ts";
import type { CertificateFiles } from "./tls/certificate.ts";
import { FollowedCertificate } from "./tls/certificate-source.ts";
import { keepSelfMade, ownNames, selfMadeFiles } from "./tls/keep-self-made.ts";

/** Who may ask, and over what. */
export interface AccessSettings {
  /** Whether the API server is asked who calls and what he may do. */
  readonly auth: "none" | "kubernetes";
  readonly audience: string | undefined;
  readonly metricsAuth: "none" | "kubernetes";
  readonly hosts: HostRule;
  /** Undefined is plain HTTP; a self-made certificate is kept in the data folder. */
  readonly tls: CertificateFiles | "self-made" | undefined;
}

export interface DoorParts {
  readonly certificates: FollowedCertificate | undefined;
  /** To the API server; undefined where the cluster comes from files. */
  readonly connection: ApiConnection | undefined;
  readonly logger: Logger;
}

/** What stands between the network and the routes. */
export interface FrontDoor {
  readonly access: Access;
  readonly guardsMetrics: boolean;
  readonly hosts: HostRule;
  readonly certificates: FollowedCertificate | undefined;
  readonly connectionLimit: ConnectionLimit;
  readonly reviews: () => ReviewCounts | undefined;
  readonly doorConditions: () => readonly Condition[];
}

export function openFrontDoor(settings: AccessSettings, { certificates, connection, logger }: DoorParts): FrontDoor {
  const { auth, audience, metricsAuth, hosts } = settings;
  const kubernetes =
    auth === "kubernetes" && connection !== undefined
      ? new KubernetesAccess({ connection, audience, logger, now: () => performance.now() })
      : undefined;
  // The command line has seen to it; a door that stands open for want of somebody to ask would be the worst of faults.
  if (auth === "kubernetes" && kubernetes === undefined) throw new Error("nobody can be asked who calls");
  return {
    access: kubernetes ?? openAccess,
    guardsMetrics: metricsAuth === "kubernetes",
    hosts,
    certificates,
    connectionLimit: new ConnectionLimit(defaultLimits),
    reviews: () => kubernetes?.counts,
    doorConditions: () => [
      ...(kubernetes === undefined ? [] : [condition("access", kubernetes.fault, "callers are asked who they are")]),
      ...(certificates === undefined ? [] : [condition("certificate", certificates.fault, "in use")]),
    ],
  };
}

/** For the log: fastify does not know of the TLS. */
export function sayWhere(url: string, { certificates }: FrontDoor): string {
  return `listening at ${certificates === undefined ? url : url.replace(/^http:/u, "https:")}`;
}

function condition(name: string, fault: string | undefined, otherwise: string): Condition {
  return { name, ok: fault === undefined, detail: fault ?? otherwise };
}

export interface CertificateOptions {
  readonly access: AccessSettings;
  readonly listen: ListenAddress;
  readonly dataDir: string;
  readonly node: string | undefined;
}

/** The certificate of TLS, if there is to be any. Throws CertificateFault where there is none to begin with. */
export function followCertificate(
  { access, listen, dataDir, node }: CertificateOptions,
  logger: Logger,
  signal: AbortSignal,
): FollowedCertificate | undefined {
  const { tls } = access;
  if (tls === undefined) return undefined;
  const files = tls === "self-made" ? selfMadeFiles(dataDir) : tls;
  const names = ownNames(node, listen.host);
  const keep = (): void => keepSelfMade({ files, names, nowMs: Date.now() });
  const certificates = new FollowedCertificate({ files, logger, ...(tls === "self-made" && { prepare: keep }) });
  certificates.follow(signal);
  return certificates;
}
