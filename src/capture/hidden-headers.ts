/**
 * Packets in which libpcap finds no transport header by itself: behind an IPv6 extension header, an Authentication
 * header, VLAN tags that are still in place, MPLS labels, or in a PPPoE session. The kernel takes the outer tag off what
 * it receives, and the driver that of what it sends, so that one in place is the inner of two (802.1ad), or of a card
 * without that skill.
 *
 * They are rare, and a filter has little room: before Linux 6.8 a socket holds some 20 KiB of it in the kernel's own
 * form (`net.core.optmem_max`), conversation-filter.ts needs most of that, and a filter that does not fit is run by
 * libpcap, after the copy. So what is rarer still comes whole: all with an Authentication header, more than one extension
 * header or label, IPv4 options behind any of these, SCTP chunks other than DATA and SACK. And of what is behind two tags,
 * a label or PPPoE only TCP's data stay away.
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
/** RFC 4302. */
const AUTHENTICATION = 51;

const VLAN_TAGS = [0x8100, 0x88a8, 0x9100];
const MPLS = [0x8847, 0x8848];
const PPPOE_SESSION = 0x8864;

/**
 * Where on Ethernet IP begins behind one VLAN tag or label (four octets), and behind two, or PPPoE and PPP (eight). In
 * the cooked packets of `any` it is two octets later, and behind a tag Linux itself loses its way there.
 */
const BEHIND_ONE = 18;
const BEHIND_TWO = 22;

const INNER_ETHERTYPE = "link[16:2]";
const IS_TAGGED = isEtherType(VLAN_TAGS);
const IS_LABELLED = isEtherType(MPLS);
const IS_DEEP = `((${IS_TAGGED} and ${isAny(INNER_ETHERTYPE, VLAN_TAGS)}) or ether proto ${PPPOE_SESSION})`;
/** "Bottom of stack" in the first label, RFC 3032, 2.1. */
const HAS_MORE_LABELS = "link[16] & 1 = 0";

/** What opens, closes or refuses a connection, and UDP. */
export const hiddenOpenings: string = [
  hidden(openings),
  `(${IS_DEEP} and not ${isBulk(BEHIND_TWO)})`,
  `(${IS_LABELLED} and (${HAS_MORE_LABELS} or not ${isBulk(BEHIND_ONE)}))`,
  `proto ${AUTHENTICATION}`,
].join(" or ");

/** All TCP and SCTP, and all that is as deep. */
export const hiddenStreams: string = [
  hidden((_version, protocol) => isAny(protocol, [6, 132])),
  IS_DEEP,
  IS_LABELLED,
].join(" or ");

/** What can be left out without a look at more than a few octets: segments of TCP that neither open nor close. */
function isBulk(start: number): string {
  const octet = (at: number): string => `link[${start + at}]`;
  const ipv4 = `(${octet(0)} = 0x45 and ${octet(9)} = 6 and ${octet(33)} & 7 = 0)`;
  return `(${ipv4} or (${octet(0)} & 0xf0 = 0x60 and ${octet(6)} = 6 and ${octet(53)} & 7 = 0))`;
}

function isEtherType(etherTypes: readonly number[]): string {
  return `(${etherTypes.map((etherType) => `ether proto ${etherType}`).join(" or ")})`;
}

function hidden(wanted: Wanted): string {
  return `${behindExtension(wanted)} or ${behindTag(wanted)}`;
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
  const ipv4 = wanted(4, octetsBehindTag(9), (at, size) => octetsBehindTag(20 + at, size));
  const ipv6 = wanted(6, octetsBehindTag(6), (at, size) => octetsBehindTag(40 + at, size));
  const isFirstFragment = `${octetsBehindTag(6, 2)} & 0x1fff = 0`;
  const isIpv4 = `(${INNER_ETHERTYPE} = 0x0800 and (${octetsBehindTag(0)} != 0x45 or (${isFirstFragment} and ${ipv4})))`;
  return `(${IS_TAGGED} and (${isIpv4} or (${INNER_ETHERTYPE} = 0x86dd and ${ipv6})))`;
}

function octetsBehindTag(at: number, size = 1): string {
  return `link[${BEHIND_ONE + at}:${size}]`;
}
