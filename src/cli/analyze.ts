import { ClusterFileError } from "../cluster/file/cluster-file-error.ts";
import { readClusterFiles } from "../cluster/file/cluster-files.ts";
import { ClusterState } from "../cluster/cluster-state.ts";
import type { GivenRanges } from "../cluster/given-ranges.ts";
import { type Generated, generatePolicies } from "../policy/generate.ts";
import type { GeneratorSettings } from "../policy/resolve-options.ts";
import { toYaml } from "../policy/yaml.ts";
import { learn } from "../profile/learn.ts";
import { ProfileBook } from "../profile/profile-book.ts";
import type { Profile } from "../profile/profile.ts";
import type { GeneratorFlags } from "./generator-flags.ts";
import { analysisNotes } from "./analysis-notes.ts";
import { toGeneratorSettings } from "./generator-settings.ts";
import { readCaptures } from "./read-captures.ts";
import { StandardOutput } from "./standard-output.ts";
import { type RangeFlags, toGivenRanges } from "./range-flags.ts";
import { UsageError } from "./usage-error.ts";

export interface AnalyzeOptions extends GeneratorFlags, RangeFlags {
  readonly pcap: readonly string[];
  readonly cluster: readonly string[];
  readonly namespace?: string;
  readonly output: "policies" | "profiles" | "review";
}

/** Learns from savefiles and prints what was asked for. Throws UsageError, after printing what could be read. */
export async function analyze(options: AnalyzeOptions): Promise<void> {
  const settings = toGeneratorSettings(options);
  const cluster = readCluster(options.cluster, toGivenRanges(options));
  const book = new ProfileBook();
  let fault: UsageError | undefined;
  try {
    await readCaptures(options.pcap, (event) => learn(event, cluster, book));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    fault = error; // told after what could be read is printed
  }
  const profiles = book.profiles(cluster, options.namespace);
  print(options, settings, profiles, cluster);
  for (const note of analysisNotes(book.placement, profiles.length, options.namespace)) console.error(`weir: ${note}`);
  if (fault !== undefined) throw fault;
}

function readCluster(paths: readonly string[], ranges: GivenRanges): ClusterState {
  try {
    const cluster = new ClusterState({}, ranges);
    cluster.replace(readClusterFiles(paths), Date.now() * 1000);
    return cluster;
  } catch (error) {
    throw error instanceof ClusterFileError ? new UsageError(error.message, { cause: error }) : error;
  }
}

function print(
  options: AnalyzeOptions,
  settings: GeneratorSettings,
  profiles: readonly Profile[],
  cluster: ClusterState,
): void {
  const output = new StandardOutput();
  if (options.output === "profiles") output.write(toJson(profiles));
  else {
    // Asked for by name, a system namespace is not left out.
    const includeSystemNamespaces = settings.includeSystemNamespaces || options.namespace !== undefined;
    const generated = generatePolicies(profiles, cluster, { ...settings, includeSystemNamespaces });
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
