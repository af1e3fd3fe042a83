/** Who calls, in the words of authentication.k8s.io/v1 UserInfo: handed on as it came, to be asked what he may do. */
export interface Caller {
  /** Names the credentials in caches: a hash, from which they can't be had back. */
  readonly id: string;
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}
