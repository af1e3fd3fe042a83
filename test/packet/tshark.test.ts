import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import t from "tap";
import type { Frame } from "../../src/capture/frame.ts";
import { readSavefile } from "../../src/capture/savefile.ts";
import { addressText } from "../../src/packet/address.ts";
import { decode } from "../../src/packet/decode.ts";
import { DESTINATION, Headers, Protocol, SOURCE } from "../../src/packet/headers.ts";

const folder = fileURLToPath(new URL("../captures/", import.meta.url));
const captures = readdirSync(folder).filter((name) => /^(?!broken).*\.pcap(ng)?$/.test(name));
const isThere = spawnSync("tshark", ["--version"]).status === 0;

const FIELDS = [
  "frame.time_epoch frame.len frame.cap_len",
  "ip.src ip.dst ipv6.src ipv6.dst ip.ttl ipv6.hlim",
  "tcp.srcport tcp.dstport tcp.seq_raw tcp.ack_raw tcp.flags tcp.len",
  "udp.srcport udp.dstport udp.length",
  "sctp.srcport sctp.dstport sctp.verification_tag sctp.chunk_type",
].flatMap((names) => names.split(" "));

/** What tshark says of each packet's outermost headers, by field. */
function asTshark(capture: string): Record<string, string>[] {
  const fields = FIELDS.flatMap((name) => ["-e", name]);
  const quick = ["-o", "tcp.desegment_tcp_streams:FALSE", "-o", "tcp.relative_sequence_numbers:FALSE"];
  const output = spawnSync(
    "tshark",
    [
      "-r",
      folder + capture,
      "-n",
      "--disable-protocol",
      "vxlan",
      ...quick,
      "-T",
      "fields",
      "-E",
      "occurrence=f",
      ...fields,
    ],
    { encoding: "utf8", maxBuffer: 2 ** 26 },
  );
  const rows = output.stdout.trimEnd().split("\n");
  return rows.map((row) => Object.fromEntries(row.split("\t").flatMap((text, index) => cell(FIELDS[index]!, text))));
}

/** Flags come in hexadecimal and with the reserved bits, times as seconds with nine decimals, of which weir keeps six. */
function cell(name: string, text: string): [string, string][] {
  if (text === "") return [];
  if (name === "frame.time_epoch") return [[name, text.replace(".", "").slice(0, -3)]];
  if (name === "tcp.flags") return [[name, String(Number(text) & 0xff)]];
  return [[name, text.startsWith("0x") ? String(Number(text)) : text]];
}

/** The same fields of what decode says. */
function asWeir(frame: Frame, headers: Headers): Record<string, string> {
  const version = headers.ipVersion === 4 ? "ip" : "ipv6";
  const fields = {
    "frame.time_epoch": frame.timeUs,
    "frame.len": frame.originalLength,
    "frame.cap_len": frame.end - frame.start,
    [`${version}.src`]: addressText(headers.addresses, SOURCE),
    [`${version}.dst`]: addressText(headers.addresses, DESTINATION),
    [headers.ipVersion === 4 ? "ip.ttl" : "ipv6.hlim"]: headers.hopLimit,
    ...transportFields(headers),
  };
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}

function transportFields(headers: Headers): Record<string, number> {
  const name = { [Protocol.TCP]: "tcp", [Protocol.UDP]: "udp", [Protocol.SCTP]: "sctp" }[headers.protocol];
  if (name === undefined) return headers.hasQuoted ? quotedFields(headers) : {};
  const ports = { [`${name}.srcport`]: headers.sourcePort, [`${name}.dstport`]: headers.destinationPort };
  if (name === "udp") return { ...ports, "udp.length": headers.payloadLength + 8 };
  if (name === "sctp") {
    return { ...ports, "sctp.verification_tag": headers.sctpVerificationTag, "sctp.chunk_type": headers.sctpChunkType };
  }
  return {
    ...ports,
    "tcp.seq_raw": headers.tcpSequence,
    "tcp.ack_raw": headers.tcpAcknowledgment,
    "tcp.flags": headers.tcpFlags,
    "tcp.len": headers.payloadLength,
  };
}

/** tshark shows what an ICMP error quotes under the names of what it is; those here quote UDP. */
function quotedFields({ quoted }: Headers): Record<string, number> {
  const length = quoted.tcpSequence >>> 16;
  return { "udp.srcport": quoted.sourcePort, "udp.dstport": quoted.destinationPort, "udp.length": length };
}

await t.test("packet for packet, tshark reads the same", { skip: isThere ? false : "no tshark here" }, async (test) => {
  for (const capture of captures) {
    const headers = new Headers();
    const ours: Record<string, string>[] = [];
    await readSavefile(folder + capture, (frame) => {
      decode(frame, headers);
      ours.push(asWeir(frame, headers));
    });
    test.strictSame(ours, asTshark(capture), capture);
  }
});
