import { createServer, type RequestListener, type Server, type ServerOptions } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { SecureContextOptions } from "node:tls";
import type { ConnectionLimit } from "./connection-limit.ts";
import type { HttpLimits } from "./http-limits.ts";
import type { Certificate } from "./tls/certificate.ts";
import type { CertificateSource } from "./tls/certificate-source.ts";

export interface HttpServerParts {
  readonly limits: HttpLimits;
  readonly connections: ConnectionLimit;
  /** Plain HTTP where there is none. */
  readonly certificates: CertificateSource | undefined;
}

/** A server of Node's own, with every limit that it has. */
export function createHttpServer(listener: RequestListener, parts: HttpServerParts): Server | TlsServer {
  const { limits, connections, certificates } = parts;
  const options = serverOptions(limits);
  const server =
    certificates === undefined
      ? createServer(options, listener)
      : overTls(
          createTlsServer(
            { ...options, ...secure(certificates.current), handshakeTimeout: limits.handshakeMs },
            listener,
          ),
          certificates,
        );
  server.maxRequestsPerSocket = limits.requestsOfConnection;
  server.setTimeout(limits.idleMs);
  connections.watch(server);
  return server;
}

/** A new certificate is for those who come after it; whoever is there stays. */
function overTls(server: TlsServer, certificates: CertificateSource): TlsServer {
  certificates.onRenewed((certificate) => server.setSecureContext(secure(certificate)));
  return server;
}

function secure(certificate: Certificate): SecureContextOptions {
  return { ...certificate, minVersion: "TLSv1.2" };
}

function serverOptions({ headersMs, requestMs, keepAliveMs, checkMs, headerOctets }: HttpLimits): ServerOptions {
  return {
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    keepAliveTimeout: keepAliveMs,
    connectionsCheckingInterval: checkMs,
    maxHeaderSize: headerOctets,
    // A proxy in front that reads a request otherwise than we do could be made to smuggle one in (RFC 9112, 11.2).
    insecureHTTPParser: false,
    requireHostHeader: true,
  };
}
