export interface FaultPlace {
  /** From 1; undefined where no document could be told apart. */
  readonly document?: number | undefined;
  /** From 1. */
  readonly line?: number | undefined;
}

/** A cluster file that can't be read or doesn't hold what the API would: one line, which names the place. */
export class ClusterFileError extends Error {
  readonly fileName: string;

  constructor(fileName: string, problem: string, place: FaultPlace = {}, cause?: unknown) {
    super([fileName, placeText(place), problem].filter((part) => part !== "").join(": "), { cause });
    this.name = "ClusterFileError";
    this.fileName = fileName;
  }
}

function placeText({ document, line }: FaultPlace): string {
  return [document === undefined ? "" : `document ${document}`, line === undefined ? "" : `line ${line}`]
    .filter((part) => part !== "")
    .join(", ");
}
