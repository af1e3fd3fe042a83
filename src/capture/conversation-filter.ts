/** Two ends that exchange packets of one protocol, as TCP, UDP and SCTP name them. */
export interface Conversation {
  /** IP protocol number. */
  readonly protocol: number;
  /** One end's address in words 0 to 3, the other's in 4 to 7, IPv4 as IPv4-mapped IPv6; their ports in 8 and 9. */
  readonly ends: ArrayLike<number>;
}

/**
 * How much a filter has room for beside the main session's, as conversations of IPv4. Before Linux 6.8 a socket holds
 * 20,480 octets of filter (`net.core.optmem_max`), in the kernel's own form, and libpcap runs what does not fit
 * itself, on all packets: which would be the end of all that a filter is for.
 */
export const FILTER_ROOM = 16;

/** What a conversation takes of that: each way IPv4 compares three words and IPv6 nine. */
export function roomOf({ ends }: Pick<Conversation, "ends">): number {
  return isIpv4(ends) ? 1 : 4;
}

/**
 * A pcap-filter(7) expression for the packets of these conversations, either way; undefined for none. The ports
 * come first, so that one load serves all comparisons that fail. It is made of numbers only, so that no text from
 * outside gets into it.
 */
export function conversationFilter(conversations: readonly Conversation[]): string | undefined {
  if (conversations.length === 0) return undefined;
  return conversations
    .map((conversation) => `(${oneWay(conversation, 0)}) or (${oneWay(conversation, 4)})`)
    .join(" or ");
}

/** From the end whose address begins at this word to the other. */
function oneWay({ protocol, ends }: Conversation, from: 0 | 4): string {
  const to = 4 - from;
  const ports = from === 0 ? ends[8]! * 65_536 + ends[9]! : ends[9]! * 65_536 + ends[8]!;
  if (isIpv4(ends))
    return `${ipv4Ports(protocol)} = ${ports} and ip[16:4] = ${ends[to + 3]} and ip[12:4] = ${ends[from + 3]}`;
  const words = [3, 2, 1, 0].flatMap((word) => [
    `ip6[${24 + word * 4}:4] = ${ends[to + word]}`,
    `ip6[${8 + word * 4}:4] = ${ends[from + word]}`,
  ]);
  // Destination and source port are the first word of TCP's, UDP's and SCTP's header alike.
  return `ip6[6] = ${protocol} and ip6[40:4] = ${ports} and ${words.join(" and ")}`;
}

/** Also sees to it that the packet is of this protocol, and no later fragment. */
function ipv4Ports(protocol: number): string {
  if (protocol === 6) return "tcp[0:4]";
  return protocol === 17 ? "udp[0:4]" : "sctp[0:4]";
}

function isIpv4(ends: ArrayLike<number>): boolean {
  return ends[0] === 0 && ends[1] === 0 && ends[2] === 0xffff;
}
