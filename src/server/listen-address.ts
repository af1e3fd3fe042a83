import { isIP } from "node:net";

/** Where the HTTP side listens. */
export interface ListenAddress {
  /** Empty for every address of this machine, of both families where it has them. */
  readonly host: string;
  readonly port: number;
}

/**
 * `127.0.0.1:9447`, `[::1]:9447`, `localhost:9447`, `:9447` for every address; port 0 takes a free one. Throws RangeError
 * on anything else.
 */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[(?<ipv6>[^\]]+)\]|(?<host>[^:[\]\s]*)):(?<port>\d{1,5})$/u.exec(text);
  const host = match?.groups?.["ipv6"] ?? match?.groups?.["host"];
  const port = Number(match?.groups?.["port"]);
  const isAddress = host !== undefined && (host === "" || host === "localhost" || isIP(host) !== 0);
  if (!isAddress || port > 65_535) throw new RangeError(`${text}: expected ADDRESS:PORT, such as 127.0.0.1:9447`);
  return { host, port };
}

/** Of this machine, and reached from nowhere else. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
