import { basename } from "node:path";
import t from "tap";
import type { Frame } from "../../src/capture/frame.ts";
import { kernelFilter } from "../../src/capture/kernel-filter.ts";
import { LinkType } from "../../src/capture/link-type.ts";
import { TUNNEL_PORTS } from "../../src/capture/tunnel-ports.ts";
import type { Connection } from "../../src/flow/connection.ts";
import { FlowTracker } from "../../src/flow/flow-tracker.ts";
import { compileBpf, hasTcpdump, runBpf } from "../capture/bpf.ts";
import { soundCaptures } from "../fuzz/captures.ts";
import { framesOf } from "../fuzz/fuzz-packets.ts";
import { concat } from "../packet/packet-bytes.ts";
import { summary } from "./wire.ts";

const skip = hasTcpdump ? false : "no tcpdump here to compile filters";
const NAMES: Readonly<Record<number, string>> = {
  [LinkType.NULL]: "NULL",
  [LinkType.ETHERNET]: "EN10MB",
  [LinkType.RAW]: "RAW",
  [LinkType.LINUX_SLL]: "LINUX_SLL",
  [LinkType.LINUX_SLL2]: "LINUX_SLL2",
};

/** Connections that were seen to begin, when ten minutes of silence have proven what silence proves. */
function connections(frames: readonly Frame[]): readonly Connection[] {
  const told: Connection[] = [];
  const tracker = new FlowTracker({ seed: 1, emit: (event) => event.kind === "closed" && told.push(event.connection) });
  for (const frame of frames) tracker.add(frame);
  tracker.advance(frames.at(-1)!.timeUs + 600e6);
  tracker.finish();
  return told.filter(({ outcome, direction }) => outcome !== "inferred" && direction === undefined);
}

function passing(frames: readonly Frame[]): readonly Frame[] {
  const linkTypes = [...new Set(frames.map(({ linkType }) => linkType))];
  const programs = new Map(linkTypes.map((type) => [type, compileBpf(kernelFilter, NAMES[type]!)]));
  return frames.filter((frame) => runBpf(programs.get(frame.linkType)!, asReceived(frame)).passes);
}

/** The kernel takes the outer VLAN tag off before the filter looks. */
function asReceived({ linkType, bytes }: Frame): Uint8Array {
  const isTagged = linkType === LinkType.ETHERNET && bytes[12] === 0x81 && bytes[13] === 0;
  return isTagged ? concat(bytes.subarray(0, 12), bytes.subarray(16)) : bytes;
}

function isTunnel({ client, server }: Connection): boolean {
  return TUNNEL_PORTS.includes(server.port) || TUNNEL_PORTS.includes(client.port);
}

await t.test("what passes the kernel's filter tells the connections that the whole file tells", { skip }, async (t) => {
  let all = 0;
  for (const path of soundCaptures) {
    const frames = await framesOf([path]);
    const inFile = connections(frames).filter((connection) => !isTunnel(connection));
    const live = passing(frames);
    t.strictSame(
      live.length === 0 ? [] : connections(live).map(summary).sort(),
      inFile.map(summary).sort(),
      basename(path),
    );
    all += inFile.length;
  }
  t.ok(all > 100, `${all} connections`);
});

function whole(connection: Connection): string {
  const { startUs, bytes } = connection;
  return `${summary(connection)} ${startUs} ${bytes?.toServer} ${bytes?.toClient}`;
}

function ofTcp(frames: readonly Frame[]): readonly string[] {
  const counted = connections(frames).filter(({ protocol, bytes }) => protocol === "TCP" && bytes !== null);
  return counted.map(whole).sort();
}

await t.test("and their octets, where both sides close, and the times of their beginnings", { skip }, async (t) => {
  for (const path of soundCaptures) {
    const frames = await framesOf([path]);
    const live = passing(frames);
    t.strictSame(live.length === 0 ? [] : ofTcp(live), ofTcp(frames), basename(path));
  }
});
