import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import type { Connection } from "../../../src/flow/connection.ts";
import type { ConnectionJson } from "../../../src/flow/connection-json.ts";
import type { ReadPacket } from "../../capture/savefile-bytes.ts";
import { eventually } from "../../demo/eventually.ts";
import { Vantage, weir } from "../vantage.ts";
import { asEthernet } from "./as-ethernet.ts";
import type { Cable } from "./cable.ts";
import { lastFrame, lastName } from "./last-frame.ts";

/** What of a record must be the same live and from a file: all but its name and its times. */
export type Told = Omit<Connection, "id" | "startUs" | "endUs">;

export interface Replayed {
  readonly live: readonly Told[];
  readonly file: readonly Told[];
}

/** Sends packets through the cable: what `weir capture` told of it, and `weir flows` of the file that tcpdump wrote meanwhile. */
export async function replay(cable: Cable, packets: readonly ReadPacket[]): Promise<Replayed> {
  writeFileSync(`${cable.folderFromHere}/sent.pcap`, asEthernet(packets, [...lastFrame()]));
  const written = `${cable.folderFromHere}/written.pcap`;
  const tcpdump = cable.start([
    "tcpdump",
    "-i",
    cable.receiver,
    "-U",
    "--immediate-mode",
    // A ring of its own size and frames of ours: by default it holds a few packets only, and tcpdump is the judge here.
    "--snapshot-length=4096",
    "--buffer-size=16384",
    "-w",
    `${cable.folder}/written.pcap`,
  ]);
  await once(tcpdump.stderr!, "data"); // it says that it listens
  const vantage = new Vantage(cable.start([weir, "capture", "--interface", cable.receiver]));
  await vantage.listens();
  await send(cable);
  await eventually("the last packet is told", async () => vantage.resolved.find(({ name }) => name === lastName));
  await eventually("the last packet is written", async () => isWhole(written) || undefined);
  tcpdump.kill();
  await vantage.stop();
  return { live: vantage.closed.map(told).sort(inOrder), file: (await flows(cable)).map(told).sort(inOrder) };
}

async function send(cable: Cable): Promise<void> {
  const argv = ["tcpreplay", "--quiet", "--intf1", cable.sender, `${cable.folder}/sent.pcap`];
  const { code, stderr } = await cable.run(["ip", "netns", "exec", "far", ...argv]);
  if (code !== 0) throw new Error(`tcpreplay: ${stderr}`);
}

function isWhole(path: string): boolean {
  return readFileSync(path).includes(Buffer.from(lastFrame()));
}

async function flows(cable: Cable): Promise<readonly ConnectionJson[]> {
  const { stdout } = await cable.run([weir, "flows", "--pcap", `${cable.folder}/written.pcap`]);
  return stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as ConnectionJson]));
}

function told({ protocol, client, server, direction, outcome, bytes, nat }: Connection | ConnectionJson): Told {
  return { protocol, client, server, ...(direction !== undefined && { direction }), outcome, bytes, nat };
}

function inOrder(a: Told, b: Told): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
