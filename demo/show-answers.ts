import type { Review } from "../src/policy/review/review-shape.ts";
import type { ProfileWithIds } from "./learning.ts";
import { type ProfileSummary, edgeTable, summaryTable } from "./show/profile-view.ts";
import { reviewText } from "./show/review-view.ts";
import { answer, command, heading, quote, say } from "./show/terminal.ts";
import { type WeirAgent, agentUrl } from "./weir-agent.ts";

const javaapp = "shop/deployment/javaapp";

export async function showProfiles(weir: WeirAgent): Promise<void> {
  heading("What it knows of each workload");
  say("Each connection is counted once, however many interfaces it crossed, and at the pods' own addresses and ports.");
  const { profiles } = JSON.parse(await ask(weir, ["-s", `${agentUrl}/api/v1/profiles`])) as {
    readonly profiles: readonly ProfileSummary[];
  };
  say("The JSON as a table:");
  answer(summaryTable(profiles));

  heading("The profile of javaapp");
  say("Who it talks to. The kubelet's probes show too; attempts that failed are kept apart and never become a rule.");
  const profile = JSON.parse(await ask(weir, ["-s", `${agentUrl}/api/v1/profiles/${javaapp}`])) as ProfileWithIds;
  say("The JSON as a table:");
  answer(edgeTable(profile));
}

/** Answers the YAML. */
export async function showPolicy(weir: WeirAgent): Promise<string> {
  heading("The policy it writes for javaapp");
  say(
    "Out go the connections that were seen, and DNS over TCP beside DNS over UDP; no other: a stranger's server cannot " +
      "be reached. In comes jclient. weir saw through the node's NAT who came by the NodePort, but what enforces the " +
      "policy may see the node's address only: so that port is open to anybody, and the header says so.",
  );
  const post = [
    "-s",
    "-X",
    "POST",
    "-H",
    "accept: application/yaml",
    "-H",
    "content-type: application/json",
    "-d",
    "{}",
  ];
  const yaml = await ask(weir, [...post, `${agentUrl}/api/v1/policies/${javaapp}`]);
  answer(yaml);
  return yaml;
}

export async function showReview(weir: WeirAgent): Promise<void> {
  heading("Its review");
  say("Proof before trust: every edge that was seen passes by a named rule, or is left out with its reason.");
  const post = ["-s", "-X", "POST", "-H", "content-type: application/json", "-d", "{}"];
  const { review } = JSON.parse(await ask(weir, [...post, `${agentUrl}/api/v1/policies/${javaapp}`])) as {
    readonly review: Review;
  };
  say("The JSON's `review` as text:");
  answer(reviewText(review));
}

/** Shows the command and runs it. */
async function ask(weir: WeirAgent, args: readonly string[]): Promise<string> {
  command(["curl", ...args.map(quote)].join(" "));
  return weir.curl(args);
}
