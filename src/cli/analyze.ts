import { ClusterFileError } from "../cluster/file/cluster-file-error.ts";
import { readClusterFiles } from "../cluster/file/cluster-files.ts";
import { ClusterState } from "../cluster/cluster-state.ts";
import type { GivenRanges } from "../cluster/given-ranges.ts";
import type { WorkloadRef } from "../cluster/workload.ts";
import { type Generated, generatePolicies } from "../policy/generate.ts";
import type { GeneratorSettings } from "../policy/resolve-options.ts";
import { toYaml } from "../policy/yaml.ts";
import { learn } from "../profile/learn.ts";
import { ProfileBook } from "../profile/profile-book.ts";
import type { Profile } from "../profile/profile.ts";
import type { GeneratorFlags } from "./generator-flags.ts";
import { analysisNotes, decisionNotes } from "./analysis-notes.ts";
import { toGeneratorSettings } from "./generator-settings.ts";
import { readCaptures } from "./read-captures.ts";
import { decisionsOf, type FiledDecisions, readDecisionFiles } from "./read-decision-files.ts";
import { StandardOutput } from "./standard-output.ts";
import { type RangeFlags, toGivenRanges } from "./range-flags.ts";
import { UsageError } from "./usage-error.ts";

export interface AnalyzeOptions extends GeneratorFlags, RangeFlags {
  readonly pcap: readonly string[];
  readonly cluster: readonly string[];
  readonly namespace?: string;
  readonly output: "policies" | "profiles" | "review";
  readonly decisions?: readonly string[];
}

/** Learns from savefiles and prints what was asked for. Throws UsageError, after printing what could be read. */
export async function analyze(options: AnalyzeOptions): Promise<void> {
  const settings = toGeneratorSettings(options);
  const ranges = toGivenRanges(options);
  const filed = orUsageError(() => readDecisionFiles(options.decisions ?? []));
  const cluster = orUsageError(() => readCluster(options.cluster, ranges));
  const book = new ProfileBook();
  let fault: UsageError | undefined;
  try {
    await readCaptures(options.pcap, (event) => learn(event, cluster, book));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    fault = error; // told after what could be read is printed
  }
  const profiles = book.profiles(cluster, options.namespace);
  print(options, settingsWith(filed, options, settings), profiles, cluster);
  const notes = [
    ...decisionNotes(filed, profiles, options.namespace),
    ...analysisNotes(book.placement, profiles.length, options.namespace),
  ];
  for (const note of notes) console.error(`weir: ${note}`);
  if (fault !== undefined) throw fault;
}

/** Asked for by name, a system namespace is not left out; what was decided of a workload holds where flags leave it open. */
function settingsWith(
  filed: FiledDecisions,
  options: AnalyzeOptions,
  common: GeneratorSettings,
): (workload: WorkloadRef) => GeneratorSettings {
  const includeSystemNamespaces = common.includeSystemNamespaces || options.namespace !== undefined;
  return (workload) => {
    const decided = decisionsOf(workload, filed);
    const settings = decided === undefined ? common : toGeneratorSettings(options, decided);
    return { ...settings, includeSystemNamespaces };
  };
}

function readCluster(paths: readonly string[], ranges: GivenRanges): ClusterState {
  const cluster = new ClusterState({}, ranges);
  cluster.replace(readClusterFiles(paths), Date.now() * 1000);
  return cluster;
}

function orUsageError<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw error instanceof ClusterFileError ? new UsageError(error.message, { cause: error }) : error;
  }
}

function print(
  options: AnalyzeOptions,
  settingsOf: (workload: WorkloadRef) => GeneratorSettings,
  profiles: readonly Profile[],
  cluster: ClusterState,
): void {
  const output = new StandardOutput();
  if (options.output === "profiles") output.write(toJson(profiles));
  else {
    const generated = generatePolicies(profiles, cluster, settingsOf);
    output.write(options.output === "policies" ? toYaml(generated) : toJson(generated.map(toReview)));
  }
  output.flush();
}

function toReview({ review }: Generated): object {
  return review;
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
