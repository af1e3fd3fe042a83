/** A TLS 1.3 ClientHello in one record, RFC 8446, 4.1.2. */
import { be16, concat } from "./packet-bytes.ts";

/** With so many octets of another extension before the name, as a post-quantum key share has. */
export function clientHello(name: string, before = 0): Uint8Array {
  const host = Buffer.from(name, "latin1");
  const entry = concat([0], be16(host.length), host);
  const serverName = concat(be16(0), be16(entry.length + 2), be16(entry.length), entry);
  const keyShare = concat(be16(51), be16(before), new Uint8Array(before));
  const extensions = concat(before === 0 ? [] : keyShare, serverName);
  const body = concat(
    be16(0x0303),
    new Uint8Array(32),
    [32],
    new Uint8Array(32),
    [...be16(4), 0x13, 1, 0x13, 2],
    [1, 0],
    be16(extensions.length),
    extensions,
  );
  const handshake = concat([1, 0], be16(body.length), body);
  return concat([22, 3, 1], be16(handshake.length), handshake);
}
