import { isIP } from "node:net";

/** Where the HTTP side listens. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * `127.0.0.1:9447`, `[::1]:9447`, `localhost:9447`; port 0 takes a free one. Throws RangeError on anything
 * else, and on any address but loopback: there is no authentication yet, and profiles are a map for attackers.
 */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[(?<ipv6>[^\]]+)\]|(?<host>[^:]+)):(?<port>\d{1,5})$/u.exec(text);
  const host = match?.groups?.["ipv6"] ?? match?.groups?.["host"];
  const port = Number(match?.groups?.["port"]);
  if (host === undefined || port > 65_535) throw new RangeError(`${text}: expected HOST:PORT, such as 127.0.0.1:9447`);
  if (!isLoopback(host)) {
    throw new RangeError(`${text}: not a loopback address; without authentication weir listens on nothing else`);
  }
  return { host, port };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
