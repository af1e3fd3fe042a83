/** What the user gave can't be used: printed as one line, exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
