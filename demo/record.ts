// Records demo/story.pcap and demo/story.cluster.yaml, which `make demo` falls back on where it may make no lab:
// needs root or user namespaces, and tcpdump. Run it again when the shop changes.
import { once } from "node:events";
import { copyFile, writeFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { type Lab, startLab } from "./lab/lab.ts";
import { nodeNetwork } from "./lab/wiring.ts";
import { dualStack } from "./shop/families.ts";
import { shop } from "./shop/shop.ts";
import { storyCapture, storyCluster } from "./story.ts";

const recordMs = 12_000;

const lab = await startLab({ plan: shop(dualStack) });
try {
  await record(lab);
  await writeFile(storyCluster, lab.clusterYaml);
} finally {
  await lab.stop();
}

async function record({ start, startPrograms, folder, folderFromHere }: Lab): Promise<void> {
  // Cooked v1, as libpcap gives it on "any"; enough of each packet for a whole DNS answer.
  const flags = ["-i", "any", "-y", "LINUX_SLL", "-s", "320", "-Z", "root", "-U", "-w", `${folder}/story.pcap`];
  const tcpdump = start(nodeNetwork, ["tcpdump", ...flags], { stdio: ["ignore", "ignore", "pipe"] });
  if (tcpdump.stderr !== null) await once(tcpdump.stderr, "data");
  await startPrograms();
  await pause(recordMs);
  const closed = once(tcpdump, "close");
  tcpdump.stderr?.resume();
  tcpdump.kill();
  await closed;
  await copyFile(`${folderFromHere}/story.pcap`, storyCapture);
}
