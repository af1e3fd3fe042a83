/** Who asks: authentication.k8s.io/v1 UserInfo. */
export interface User {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export const ANONYMOUS: User = { username: "system:anonymous", groups: ["system:unauthenticated"] };
/** Who everybody is where requests are not authenticated. */
export const ADMIN: User = { username: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] };

export function serviceAccountName(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}
