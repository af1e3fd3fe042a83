import { execFile } from "node:child_process";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Review } from "../src/policy/review/review-shape.ts";
import type { Profile } from "../src/profile/profile.ts";
import { edgeTable } from "./show/profile-view.ts";
import { reviewText } from "./show/review-view.ts";
import { answer, command, heading, say } from "./show/terminal.ts";
import { storyCapture, storyCluster } from "./story.ts";

const home = fileURLToPath(new URL("..", import.meta.url));
const javaapp = "javaapp";

/** The demo without a lab: the same shop from the bundled recording, and says why. */
export async function replay(reason: string): Promise<void> {
  heading("The shop, from a recording");
  say(
    `This run is not live: ${reason}. Else it would make a small cluster of network namespaces. What follows is that ` +
      "cluster's traffic from a recording that weir brings along: real packets, taken on the node of such a lab.",
  );
  await showProfile();
  await showPolicies();
  await showReview();
  heading("The attack");
  say(
    "Log4Shell, before the policy and under it, can't be shown from a recording: it needs the live lab, where the policy is " +
      "enforced.",
  );
}

async function showProfile(): Promise<void> {
  heading("The profile of javaapp");
  say("Who it talks to. The JSON as a table:");
  const profiles = JSON.parse(await analyze("profiles")) as readonly Profile[];
  for (const profile of profiles) if (profile.workload.name === javaapp) answer(edgeTable(profile));
}

async function showPolicies(): Promise<void> {
  heading("The policies of the namespace");
  say("kubectl apply takes them as they are. Out go the connections that were seen, and no other.");
  answer(await analyze("policies"));
}

async function showReview(): Promise<void> {
  heading("The review of javaapp's");
  say("Proof before trust: every edge that was seen passes by a named rule, or is left out with its reason.");
  const reviews = JSON.parse(await analyze("review")) as readonly Review[];
  for (const review of reviews) if (review.workload.name === javaapp) answer(reviewText(review));
}

/** Shows the command and runs it. */
async function analyze(output: "profiles" | "policies" | "review"): Promise<string> {
  const files = ["--pcap", relative(home, storyCapture), "--cluster", relative(home, storyCluster)];
  const args = ["analyze", ...files, "--namespace", "shop", "--output", output];
  command(`bin/weir ${args.join(" ")}`);
  const { stdout } = await promisify(execFile)("bin/weir", args, { cwd: home, maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}
