import { encode } from "dns-packet";
import { be16, concat, ethernet, ipv4 } from "../../packet/packet-bytes.ts";

export const lastName = "the-last.packet.example";

/** A DNS answer: capture tells its name at once, and with it that everything before has been read. */
export function lastFrame(): readonly number[] {
  const answers = [{ type: "A" as const, class: "IN" as const, name: lastName, ttl: 1, data: "192.0.2.1" }];
  const message = encode({ type: "response", id: 1, questions: [{ type: "A", name: lastName }], answers });
  const udp = concat(be16(53), be16(40_000), be16(8 + message.length), be16(0), message);
  return [...ethernet(0x0800, ipv4(udp, { protocol: 17 }))];
}
