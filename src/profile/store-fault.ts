/** The store can't be used, for a reason that the user must mend; the message names the file. */
export class StoreFault extends Error {
  override readonly name = "StoreFault";
}

/** What lies there is not what weir wrote. */
export class StoreDamage extends Error {
  override readonly name = "StoreDamage";
}

/**
 * - `held`: another process has it.
 * - `damage`: what lies there is not what weir wrote.
 * - `disk`: it takes nothing, or gives nothing, at this moment: full, read-only, broken. It may come back.
 * - `other`: for somebody to mend, such as a folder that may not be written.
 */
export type FaultKind = "held" | "damage" | "disk" | "other";

/** Primary result codes: https://www.sqlite.org/rescode.html */
const KIND_OF_SQLITE_CODE: Readonly<Record<number, FaultKind>> = {
  5: "held", // SQLITE_BUSY
  8: "disk", // SQLITE_READONLY
  10: "disk", // SQLITE_IOERR
  11: "damage", // SQLITE_CORRUPT
  13: "disk", // SQLITE_FULL
  26: "damage", // SQLITE_NOTADB
};

const DISK_ERRORS = new Set(["ENOSPC", "EDQUOT", "EROFS", "EIO"]);

export function faultKind(error: unknown): FaultKind {
  if (error instanceof StoreDamage) return "damage";
  const { code, errcode } = error as { readonly code?: string; readonly errcode?: number };
  // The low octet is the primary code: https://www.sqlite.org/rescode.html#primary_result_codes_versus_extended_result_codes
  if (errcode !== undefined) return KIND_OF_SQLITE_CODE[errcode & 0xff] ?? "other";
  return DISK_ERRORS.has(code ?? "") ? "disk" : "other";
}

/** Whatever went wrong, in one line that names the file. */
export function toStoreFault(file: string, cause: unknown): StoreFault {
  if (cause instanceof StoreFault) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new StoreFault(`${file}: ${faultKind(cause) === "held" ? "another weir uses it" : message}`, { cause });
}
