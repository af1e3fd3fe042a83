/**
 * Packets in which libpcap finds no transport header by itself: behind an IPv6 extension header, or a VLAN tag that is
 * still in place. The kernel takes the outer tag off what it receives, and the driver that of what it sends, so that
 * one in place is the inner of two (802.1ad), or of a card without that skill.
 *
 * They are rare, and a filter has little room: before Linux 6.8 a socket holds some 20 KiB of it in the kernel's own
 * form (`net.core.optmem_max`), conversation-filter.ts needs most of that, and a filter that does not fit is run by
 * libpcap, after the copy. So what is rarer still comes whole: more than one extension header, options of a tagged IPv4
 * packet, SCTP chunks other than DATA and SACK.
 */
import { isAny, isNone } from "./filter-terms.ts";
import { TUNNEL_PORTS } from "./tunnel-ports.ts";

/** So many octets of the transport header from this one on, as an expression. */
type Octets = (at: number, size?: 1 | 2) => string;
/** What is looked for: of the protocol number's expression and the transport header's. */
type Wanted = (version: 4 | 6, protocol: string, octets: Octets) => string;

/** Hop-by-hop options, routing, destination options, and fragment; RFC 8200, 4. */
const EXTENSIONS = [0, 43, 60];
const FRAGMENT = 44;

const VLAN_TAGS = [0x8100, 0x88a8, 0x9100];
/** Where the EtherType behind a tag is on Ethernet. In the cooked packets of `any` Linux itself loses its way there. */
const INNER_ETHERTYPE = 16;

/** What opens, closes or refuses a connection, and UDP. */
export const hiddenOpenings: string = hidden(openings);

/** All TCP and SCTP. */
export const hiddenStreams: string = hidden((_version, protocol) => isAny(protocol, [6, 132]));

function hidden(wanted: Wanted): string {
  const isTagged = `(${VLAN_TAGS.map((tag) => `ether proto ${tag}`).join(" or ")})`;
  return `${behindExtension(wanted)} or (${isTagged} and ${behindTag(wanted)})`;
}

function openings(version: 4 | 6, protocol: string, octets: Octets): string {
  const [icmp, unreachable] = version === 4 ? [1, 3] : [58, 1]; // RFC 792; RFC 4443, 3.1
  return `(${[
    `(${protocol} = 6 and (${octets(13)} & 7 != 0 or ${octets(0, 2)} = 53))`,
    // What a tunnel's end sends goes to the tunnel's port, either way.
    `(${protocol} = 17 and ${isNone(octets(2, 2), TUNNEL_PORTS)})`,
    `(${protocol} = 132 and ${isNone(octets(12), [0, 3])})`,
    `(${protocol} = ${icmp} and ${octets(0)} = ${unreachable})`,
    ...(version === 6 ? [isAny(protocol, [...EXTENSIONS, FRAGMENT])] : []),
  ].join(" or ")})`;
}

/**
 * The octet that tells how long the others are is reserved in a Fragment header, and 0, as if it told eight octets,
 * which a Fragment header has (RFC 8200, 4.5).
 */
function behindExtension(wanted: Wanted): string {
  const isFirstFragment = `(ip6[6] = ${FRAGMENT} and ip6[42:2] & 0xfff8 = 0)`;
  const hasExtension = `(${isAny("ip6[6]", EXTENSIONS)} or ${isFirstFragment})`;
  return `(${hasExtension} and ${wanted(6, "ip6[40]", octetsBehindExtension)})`;
}

function octetsBehindExtension(at: number, size = 1): string {
  return `ip6[(ip6[41] << 3) + ${48 + at}:${size}]`;
}

function behindTag(wanted: Wanted): string {
  const octet = (at: number, size = 1): string => `link[${INNER_ETHERTYPE + 2 + at}:${size}]`;
  const ipv4 = wanted(4, octet(9), (at, size) => octet(20 + at, size));
  const ipv6 = wanted(6, octet(6), (at, size) => octet(40 + at, size));
  const isFirstFragment = `${octet(6, 2)} & 0x1fff = 0`;
  const isIpv4 = `(link[${INNER_ETHERTYPE}:2] = 0x0800 and (${octet(0)} != 0x45 or (${isFirstFragment} and ${ipv4})))`;
  return `(${isIpv4} or (link[${INNER_ETHERTYPE}:2] = 0x86dd and ${ipv6}))`;
}
