/** What strangers may cost. */
export interface HttpLimits {
  /** Connections at a time, of everybody. */
  readonly connections: number;
  /** Of them kept for this machine's own loopback: kubelets' probes and port-forwards get through a flood. */
  readonly loopbackConnections: number;
  /** Of one remote address, or of one /64 of IPv6, which a single machine may have whole. */
  readonly connectionsOfOne: number;
  readonly handshakeMs: number;
  /** From a connection's beginning, or its last answer, until its headers are there. */
  readonly headersMs: number;
  /** Until the whole request is. */
  readonly requestMs: number;
  /** Between two requests. */
  readonly keepAliveMs: number;
  /** Without a word in either direction: somebody who does not read his answer among others. */
  readonly idleMs: number;
  /** How often the times above are looked at. */
  readonly checkMs: number;
  readonly requestsOfConnection: number;
  readonly headerOctets: number;
  readonly bodyOctets: number;
  /** Requests a second from one address. */
  readonly requestsPerSecond: number;
}

export const defaultLimits: HttpLimits = {
  connections: 512,
  loopbackConnections: 64,
  connectionsOfOne: 64,
  handshakeMs: 5_000,
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 10_000,
  idleMs: 60_000,
  checkMs: 2_000,
  requestsOfConnection: 1_000,
  headerOctets: 16 * 1024,
  bodyOctets: 256 * 1024,
  requestsPerSecond: 100,
};
