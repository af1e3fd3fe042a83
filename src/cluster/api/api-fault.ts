/** An answer of the API server that is no success, or none at all: tried again, or taken as "may not be read". */
export class ApiFault extends Error {
  override readonly name = "ApiFault";
  /** HTTP status, also of a Status object inside a watch; undefined where nothing answered. */
  readonly status: number | undefined;

  constructor(message: string, status?: number, cause?: unknown) {
    super(message, { cause });
    this.status = status;
  }

  /** The resource version asked for is older than what the server remembers: list anew. */
  get isExpired(): boolean {
    return this.status === 410;
  }

  /** The server does not have this kind. */
  get isUnknownKind(): boolean {
    return this.status === 404;
  }

  /** This kind may not be read (RBAC), or the server does not have it. Neither passes by itself soon. */
  get isForGood(): boolean {
    return this.status === 403 || this.status === 404;
  }
}

/** Credentials that lead nowhere: the user can mend that, and trying again can't. */
export class ApiRefused extends Error {
  override readonly name = "ApiRefused";
}

/** Node's error for several addresses that all refused has no message of its own. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === "" ? ((error as NodeJS.ErrnoException).code ?? error.name) : error.message;
}
