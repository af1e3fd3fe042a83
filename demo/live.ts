import { once } from "node:events";
import { forwardToNode } from "./forward.ts";
import { type Lab, hasIPv6, startLab } from "./lab/lab.ts";
import { watchLearning } from "./learning.ts";
import { javaappEdges } from "./shop/expected.ts";
import { dualStack, ipv4Only } from "./shop/families.ts";
import { shop } from "./shop/shop.ts";
import { describeEdge } from "./show/profile-view.ts";
import { answer, command, dim, heading, say } from "./show/terminal.ts";
import { showPolicy, showProfiles, showReview } from "./show-answers.ts";
import { showAttack } from "./show-attack.ts";
import { type WeirAgent, agentUrl, startWeir } from "./weir-agent.ts";

const learnWithinMs = 75_000;

export interface LiveOptions {
  readonly hold: boolean;
  readonly signal: AbortSignal;
}

/**
 * The whole demo: a lab, an agent that learns in it, what the agent then answers, and an attack that its policy stops.
 * Leaves nothing behind.
 */
export async function playLive({ hold, signal }: LiveOptions): Promise<void> {
  const lab = await startLab({
    plan: shop(hasIPv6() ? dualStack : ipv4Only),
    onProgramEnd: (program, output) => console.error(`demo: ${program} ended: ${output}`),
  });
  try {
    introduce();
    const weir = await learn(lab, signal);
    await showProfiles(weir);
    const policy = await showPolicy(weir);
    await showReview(weir);
    await showAttack(lab, policy);
    if (hold) await stayUp(lab, signal);
    else say("That was all. Everything is taken down again; HOLD=1 would keep it up for your own questions.");
  } finally {
    await lab.stop();
  }
}

function introduce(): void {
  heading("A small cluster on this machine");
  say(
    "One node, six pods and the world outside, each a network namespace of its own. Services are nftables " +
      "rules, DNS is dnsmasq, the programs are real; nothing outside of the namespaces is touched.",
  );
  answer(`customer (203.0.113.80) ──▶ node:30080 ─┐
                                        ▼
shop/jclient (2 pods) ──▶ Service ──▶ shop/javaapp (2 pods) ──▶ Service ──▶ data/db
                                        │
                                        ├──▶ kube-system/coredns ──▶ DNS outside
                                        └──▶ api.payments.example (203.0.113.10)`);
}

async function learn(lab: Lab, signal: AbortSignal): Promise<WeirAgent> {
  heading("weir listens on the node");
  say("All it is told is what kubectl would print of the cluster; the rest it learns from packets.");
  const weir = await startWeir(lab, signal);
  command(weir.commandLine);
  say("Now the programs begin to talk. What weir learns of javaapp, as it learns it:");
  await lab.startPrograms();
  const began = performance.now();
  const seconds = (): string => `${((performance.now() - began) / 1000).toFixed(0).padStart(6)} s`;
  const isLearned = await watchLearning(weir, {
    workload: "shop/deployment/javaapp",
    wanted: javaappEdges,
    leastConnections: 200,
    withinMs: learnWithinMs,
    onNewEdge: (edge) => console.log(`${dim(seconds())}  ${describeEdge(edge)}, ${edge.protocol} ${edge.port}`),
    signal,
  });
  console.log(isLearned ? "" : `${seconds()}  not all that was expected has been seen; here is what was\n`);
  return weir;
}

async function stayUp(lab: Lab, signal: AbortSignal): Promise<void> {
  const port = await forwardToNode(lab, Number(new URL(agentUrl).port));
  const url = `http://127.0.0.1:${port}`;
  heading("It stays up until Ctrl-C");
  say(
    "The policy goes on being enforced. What weir saw of the attack is in javaapp's profile now, and is left out of every " +
      "policy that it writes. From any other terminal:",
  );
  for (const line of [
    `curl -s ${url}/api/v1/profiles`,
    `curl -s ${url}/api/v1/profiles/shop/deployment/javaapp`,
    `curl -s -X POST -H 'accept: application/yaml' ${url}/api/v1/policies/shop/deployment/javaapp`,
    `curl -s '${url}/api/v1/flows?follow=1'`,
    `curl -s ${url}/openapi.json`,
  ]) {
    command(line);
  }
  if (!signal.aborted) await once(signal, "abort");
}
