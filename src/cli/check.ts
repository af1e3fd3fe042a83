import { readDocuments } from "../cluster/file/cluster-documents.ts";
import { ClusterFileError } from "../cluster/file/cluster-file-error.ts";
import { readClusterFiles, readClusterText } from "../cluster/file/cluster-files.ts";
import { ClusterState } from "../cluster/cluster-state.ts";
import { FieldFault, rootField } from "../cluster/object/field.ts";
import { answer, type Answer } from "../policy/check/answer.ts";
import { ObservedQuestions } from "../policy/check/observed.ts";
import { type Probe, readProbes } from "../policy/check/probe.ts";
import { type CompiledPolicies, compilePolicies } from "../policy/evaluate/evaluate.ts";
import { endText } from "../policy/evaluate/end.ts";
import type { Question } from "../policy/evaluate/verdict.ts";
import { indexEnds } from "../policy/evaluate/find-end.ts";
import { readCaptures } from "./read-captures.ts";
import { readPolicyFiles, recheckPolicies } from "./read-policy-files.ts";
import { StandardOutput } from "./standard-output.ts";
import { UsageError } from "./usage-error.ts";

export interface CheckOptions {
  readonly cluster: readonly string[];
  readonly policies?: readonly string[];
  readonly probes?: string;
  readonly pcap?: readonly string[];
}

/** Prints the verdicts; false where the answer is no. Throws UsageError. */
export async function check(options: CheckOptions): Promise<boolean> {
  if (options.probes !== undefined && options.pcap !== undefined)
    throw new UsageError("--probes and --pcap: give one of them");
  try {
    return await checkFiles(options);
  } catch (error) {
    throw error instanceof ClusterFileError ? new UsageError(error.message, { cause: error }) : error;
  }
}

async function checkFiles({ cluster: paths, policies: policyPaths, probes, pcap }: CheckOptions): Promise<boolean> {
  const cluster = new ClusterState();
  cluster.replace(readClusterFiles(paths), Date.now() * 1000);
  const policies =
    policyPaths === undefined ? recheckPolicies(cluster.networkPolicies()) : readPolicyFiles(policyPaths);
  if (policies.length === 0) console.error("weir: there are no NetworkPolicies: everything is allowed");
  const compiled = compilePolicies(policies, cluster);
  if (probes !== undefined) return checkProbes(readProbeFile(probes, cluster), compiled);
  if (pcap !== undefined) return checkCaptures(pcap, cluster, compiled);
  console.error(`weir: ${policies.length} NetworkPolicies read; give --probes or --pcap to ask them something`);
  return true;
}

function readProbeFile(path: string, cluster: ClusterState): readonly Probe[] {
  const [document] = readDocuments(readClusterText(path), path);
  try {
    return readProbes(rootField(document?.value), indexEnds(cluster));
  } catch (error) {
    throw error instanceof FieldFault ? new UsageError(`${path}: ${error.message}`, { cause: error }) : error;
  }
}

function checkProbes(probes: readonly Probe[], policies: CompiledPolicies): boolean {
  const output = new StandardOutput();
  let differing = 0;
  for (const [index, { question, expect }] of probes.entries()) {
    const one = answer(policies, question);
    print(one, output);
    if (expect === undefined || expect === one.allowed) continue;
    differing += 1;
    console.error(`weir: probe ${index + 1} is ${one.allowed ? "allowed" : "refused"}, other than expected`);
  }
  output.flush();
  return differing === 0;
}

/** Every kind of connection once, in the order in which the first of it ended; what can't be told is counted. */
async function checkCaptures(
  paths: readonly string[],
  cluster: ClusterState,
  policies: CompiledPolicies,
): Promise<boolean> {
  const output = new StandardOutput();
  const observed = new ObservedQuestions(cluster);
  const asked = new Set<string>();
  const unknown = new Map<string, number>();
  let refused = 0;
  try {
    await readCaptures(paths, (event) => {
      if (event.kind !== "closed") return;
      const what = observed.of(cluster.identifyConnection(event.connection));
      if (what.kind === "unknown") unknown.set(what.reason, (unknown.get(what.reason) ?? 0) + 1);
      if (what.kind !== "asks") return;
      for (const question of what.questions.filter((one) => isNew(one, asked))) {
        const one = answer(policies, question);
        if (!one.allowed) refused += 1;
        print(one, output);
      }
    });
  } finally {
    output.flush();
  }
  for (const [reason, count] of unknown) console.error(`weir: ${count} connections can't be judged: ${reason}`);
  if (refused > 0)
    console.error(`weir: ${refused} of ${asked.size} kinds of connections that were seen would be refused`);
  return refused === 0;
}

function isNew({ from, to, port, protocol }: Question, asked: Set<string>): boolean {
  const size = asked.size;
  return asked.add(`${endText(from)} ${endText(to)} ${port} ${protocol}`).size > size;
}

function print(one: Answer, output: StandardOutput): void {
  output.write(`${JSON.stringify(one)}\n`);
}
