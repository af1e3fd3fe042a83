/** Where to find a class: what a directory calls javaCodeBase and javaFactory (RFC 2713). */
export interface ClassReference {
  readonly codebase: string;
  readonly factory: string;
}
