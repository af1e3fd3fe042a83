import type { Endpoint } from "./connection.ts";
import type { Listeners } from "./listeners.ts";

/** Ports above are given out to clients: Linux's ip_local_port_range begins here. */
const FIRST_EPHEMERAL_PORT = 32_768;
/** RFC 6335, 6: system ports; only a server, or a peer that is as much of one, sends from them. */
const LAST_SYSTEM_PORT = 1023;
/** Registered for servers beyond those: https://www.iana.org/assignments/service-names-port-numbers; statsd's 8125 and Linux's old VXLAN port 8472 by custom. */
const SERVER_PORTS: ReadonlySet<number> = new Set([
  1194, 1701, 1812, 1813, 2055, 3478, 4500, 4739, 4789, 5060, 5061, 5349, 5353, 5355, 5683, 6081, 6343, 8125, 8472,
  11211, 51820,
]);

/**
 * Whether what was seen first of a UDP conversation was an answer, so that its sender is the server: who owns a
 * well-known port, or was seen to serve others, does not ask a port that is given out to clients.
 */
export function beginsWithAnswer(first: Endpoint, second: Endpoint, listeners: Listeners): boolean {
  if (isDhcp(first.port, second.port)) return true;
  if (isServerPort(second.port) || second.port < FIRST_EPHEMERAL_PORT) return false;
  return isServerPort(first.port) || isKnown(first, second, listeners);
}

function isServerPort(port: number): boolean {
  return port <= LAST_SYSTEM_PORT || SERVER_PORTS.has(port);
}

/** A DHCP server's port is 67 and its client's 68 (RFC 2131, 4.1); with IPv6 547 and 546 (RFC 8415, 7.2). */
function isDhcp(first: number, second: number): boolean {
  return (first === 67 && second === 68) || (first === 547 && second === 546);
}

function isKnown(first: Endpoint, second: Endpoint, listeners: Listeners): boolean {
  const isListening = (end: Endpoint): boolean => listeners.whyListening("UDP", end) !== undefined;
  return first.port < FIRST_EPHEMERAL_PORT && isListening(first) && !isListening(second);
}
