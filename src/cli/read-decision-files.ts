import { type ClusterDocument, readDocuments } from "../cluster/file/cluster-documents.ts";
import { clusterFileNames, readClusterText } from "../cluster/file/cluster-files.ts";
import type { WorkloadRef } from "../cluster/workload.ts";
import { InvalidOptions } from "../policy/option-faults.ts";
import { readDecisions } from "../policy/read-decisions.ts";
import type { Decisions } from "../profile/decisions.ts";
import { UsageError } from "./usage-error.ts";

/** What was decided of each workload, and of all others alike. */
export interface FiledDecisions {
  readonly ofOne: readonly OwnDecisions[];
  readonly ofOthers: Decisions | undefined;
}

export interface OwnDecisions {
  readonly workload: WorkloadRef;
  readonly decisions: Decisions;
}

/** A document as it stands in a file, and where. */
interface Placed {
  readonly place: string;
  readonly value: unknown;
}

const NOTHING: FiledDecisions = { ofOne: [], ofOthers: undefined };

/**
 * Decisions of files and folders. A document is what GET /api/v1/decisions answers, `{decisions: [{workload,
 * decisions}]}`, or what PUT takes, which then holds for every workload that has no document of its own; of two for the
 * same, the last counts. Throws UsageError with a line for each fault, in the words of the HTTP side, and
 * ClusterFileError where a file can't be read.
 */
export function readDecisionFiles(paths: readonly string[]): FiledDecisions {
  const faults: string[] = [];
  const filed = clusterFileNames(paths).flatMap((name) =>
    readDocuments(readClusterText(name), name).flatMap((document) => readDocument(placeOf(name, document), faults)),
  );
  if (faults.length > 0) throw new UsageError(faults.join("\n"));
  return filed.reduce(
    (all, { ofOne, ofOthers = all.ofOthers }) => ({ ofOne: [...all.ofOne, ...ofOne], ofOthers }),
    NOTHING,
  );
}

/** What was decided of a workload, its kind written in any case. */
export function decisionsOf(workload: WorkloadRef, { ofOne, ofOthers }: FiledDecisions): Decisions | undefined {
  return ofOne.findLast((own) => isSame(own.workload, workload))?.decisions ?? ofOthers;
}

/** The workloads of the files that are none of those. */
export function strangersIn({ ofOne }: FiledDecisions, workloads: readonly WorkloadRef[]): readonly WorkloadRef[] {
  const named = ofOne.map(({ workload }) => workload);
  return named.filter((one) => !workloads.some((workload) => isSame(one, workload)));
}

function placeOf(name: string, { number, value }: ClusterDocument): Placed {
  return { place: number === 1 ? name : `${name}: document ${number}`, value };
}

function readDocument({ place, value }: Placed, faults: string[]): readonly FiledDecisions[] {
  const listed = (value as { readonly decisions?: unknown } | null)?.decisions;
  if (!Array.isArray(listed)) return checked({ place, value }, faults).map((ofOthers) => ({ ofOne: [], ofOthers }));
  const ofOne = listed.flatMap((entry, index) =>
    readEntry({ place: `${place}: decisions[${index}]`, value: entry }, faults),
  );
  return [{ ofOne, ofOthers: undefined }];
}

function readEntry({ place, value }: Placed, faults: string[]): readonly OwnDecisions[] {
  const { workload, decisions } = (value ?? {}) as { readonly workload?: unknown; readonly decisions?: unknown };
  const { namespace, kind, name } = (workload ?? {}) as Partial<Record<keyof WorkloadRef, unknown>>;
  if (typeof namespace === "string" && typeof kind === "string" && typeof name === "string")
    return checked({ place: `${place}.decisions`, value: decisions }, faults).map((one) => ({
      workload: { namespace, kind, name },
      decisions: one,
    }));
  faults.push(`${place}.workload: expected namespace, kind and name`);
  return [];
}

function checked({ place, value }: Placed, faults: string[]): readonly Decisions[] {
  try {
    return [readDecisions(value)];
  } catch (error) {
    if (!(error instanceof InvalidOptions)) throw error;
    faults.push(...error.faults.map(({ field, message }) => [place, field, message].filter(Boolean).join(": ")));
    return [];
  }
}

function isSame(a: WorkloadRef, b: WorkloadRef): boolean {
  return a.namespace === b.namespace && a.name === b.name && a.kind.toLowerCase() === b.kind.toLowerCase();
}
