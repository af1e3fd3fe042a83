import { fileURLToPath } from "node:url";

/** Twelve seconds of the shop, recorded on the lab's node by demo/record.ts, and the cluster as it was then. */
export const storyCapture = fileURLToPath(new URL("story.pcap", import.meta.url));
export const storyCluster = fileURLToPath(new URL("story.cluster.yaml", import.meta.url));
