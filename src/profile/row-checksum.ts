import { crc32 } from "node:zlib";

/**
 * Over all columns. SQLite finds a page whose structure has been overwritten, but not a letter in the midst of a
 * name or a digit of a port: what such a row says would become a rule of a policy.
 */
export function checksumOf(columns: readonly unknown[]): number {
  return crc32(columns.join("\0"));
}
