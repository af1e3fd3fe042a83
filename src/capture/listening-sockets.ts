import { readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";

/** An address and port at which a program of this node takes TCP connections. */
export interface ListeningSocket {
  readonly ip: string;
  readonly port: number;
}

const PATHS = ["/proc/net/tcp", "/proc/net/tcp6"];
/** Local addresses times wildcard sockets, at most. */
const MAX_SOCKETS = 16_384;
/** TCP_LISTEN of the kernel's tcp_states.h. */
const LISTENING = "0A";

/**
 * The listening sockets of this network namespace, a wildcard one at each of its addresses. Sockets of pods
 * are in namespaces of their own and not among them. What can't be read is none.
 */
export async function listeningSockets(): Promise<readonly ListeningSocket[]> {
  const texts = await Promise.all(PATHS.map((path) => readFile(path, "latin1").catch(() => "")));
  const addresses = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
  return texts.flatMap((text) => parseListening(text, addresses)).slice(0, MAX_SOCKETS);
}

/** Of the text of /proc/net/tcp or tcp6, as tcp4_seq_show() of Linux's tcp_ipv4.c writes it. */
export function parseListening(text: string, localAddresses: readonly string[]): readonly ListeningSocket[] {
  return text.split("\n").flatMap((line) => {
    const [, local = "", , state] = line.trim().split(/\s+/u);
    if (state !== LISTENING) return [];
    const [address = "", port = ""] = local.split(":");
    const ips = /^0+$/u.test(address) ? localAddresses : [addressOf(address)];
    return ips.map((ip) => ({ ip, port: Number.parseInt(port, 16) }));
  });
}

/** Words of 32 bits in the machine's byte order, little-endian on all we run on. */
function addressOf(hex: string): string {
  const octets = hex.match(/.{8}/gu)?.flatMap((word) => word.match(/../gu)!.reverse()) ?? [];
  const isMapped = octets.length === 16 && /^0{20}ffff$/iu.test(octets.slice(0, 12).join(""));
  if (octets.length === 4 || isMapped)
    return octets
      .slice(-4)
      .map((octet) => Number.parseInt(octet, 16))
      .join(".");
  const groups = Array.from({ length: 8 }, (_, at) => octets[at * 2]! + octets[at * 2 + 1]!);
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}
