import { readFileSync } from "node:fs";
import type { User } from "./user.ts";

/**
 * kube-apiserver's `--token-auth-file` ("Authenticating", static token file): a line each of token, user name, uid and,
 * in double quotes, groups.
 */
export function readTokenFile(path: string): readonly (readonly [token: string, user: User])[] {
  const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => {
    const [, token, username, uid, groups = ""] = /^([^,]+),([^,]+),([^,]+)(?:,"([^"]*)")?$/u.exec(line) ?? [];
    if (token === undefined || username === undefined || uid === undefined) throw new Error(`${path}: ${line}`);
    return [token, { username, uid, groups: [...groups.split(",").filter(Boolean), "system:authenticated"] }];
  });
}
