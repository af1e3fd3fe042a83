/**
 * The headers of a captured packet: a frame's octets go in, Headers or the reason why there are none come out.
 * Any octets will do: nothing is read outside the frame, nothing is thrown. Checksums are not verified, since network
 * cards fill them in after the capture. Tunnels are not entered: of VXLAN the outer UDP packet is what is seen.
 */
import type { Frame } from "../capture/frame.ts";
import { LinkType } from "../capture/link-type.ts";
import { decodeCiscoHdlc } from "./cisco-hdlc.ts";
import { decodeEthernet } from "./ethernet.ts";
import { decodeHdlc } from "./hdlc.ts";
import type { Headers, Unreadable } from "./headers.ts";
import { decodeIp } from "./ip.ts";
import { decodeIpv4 } from "./ipv4.ts";
import { decodeIpv6 } from "./ipv6.ts";
import { decodeLinuxCooked1, decodeLinuxCooked2 } from "./linux-cooked.ts";
import { decodeLoopback } from "./loopback.ts";
import { decodeNetfilterLog } from "./netfilter-log.ts";
import { decodePppoe } from "./ppp.ts";

/** Fills `headers` and returns undefined, or returns why it can't. Makes no garbage. */
export function decode(frame: Frame, headers: Headers): Unreadable | undefined {
  headers.timeUs = frame.timeUs;
  headers.payloadStart = frame.start;
  headers.payloadEnd = frame.end;
  headers.payloadLength = Math.max(frame.originalLength, frame.end - frame.start);
  headers.isFirstFragment = false;
  headers.hasQuoted = false;
  return decodeLink(frame, headers);
}

function decodeLink(frame: Frame, headers: Headers): Unreadable | undefined {
  switch (frame.linkType) {
    case LinkType.ETHERNET:
      return decodeEthernet(frame.bytes, headers);
    case LinkType.LINUX_SLL:
      return decodeLinuxCooked1(frame.bytes, headers);
    case LinkType.LINUX_SLL2:
      return decodeLinuxCooked2(frame.bytes, headers);
    case LinkType.RAW:
    case LinkType.DLT_RAW:
    case LinkType.DLT_RAW_OPENBSD:
      return decodeIp(frame.bytes, headers);
    case LinkType.IPV4:
      return decodeIpv4(frame.bytes, headers);
    case LinkType.IPV6:
      return decodeIpv6(frame.bytes, headers);
    case LinkType.NULL:
    case LinkType.LOOP:
      return decodeLoopback(frame.bytes, headers);
    case LinkType.PPP:
    case LinkType.PPP_HDLC:
      return decodeHdlc(frame.bytes, headers);
    case LinkType.PPP_ETHER:
      return decodePppoe(frame.bytes, headers);
    case LinkType.CISCO_HDLC:
      return decodeCiscoHdlc(frame.bytes, headers);
    case LinkType.NFLOG:
      return decodeNetfilterLog(frame.bytes, headers);
    default:
      return "unknown-link-type";
  }
}
