import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ClusterFileError } from "./cluster-file-error.ts";
import type { KubernetesObject } from "../objects.ts";
import { parseClusterText } from "./parse-cluster-text.ts";

/** Reads cluster files, and of folders every .yaml, .yml and .json in them. Throws ClusterFileError. */
export function readClusterFiles(paths: readonly string[]): readonly KubernetesObject[] {
  return clusterFileNames(paths).flatMap((name) => parseClusterText(readClusterText(name), name));
}

/** The files meant by these paths, those of a folder by name. Throws ClusterFileError where a path leads nowhere. */
export function clusterFileNames(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => orFault(path, () => (statSync(path).isDirectory() ? namesIn(path) : [path])));
}

/** Hidden entries are left out: a mounted ConfigMap keeps its older states in `..2024_01_01_...`. */
function namesIn(folder: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => /^[^.].*\.(ya?ml|json)$/i.test(name));
  if (names.length === 0) throw new ClusterFileError(folder, "no .yaml, .yml or .json file in it");
  return names.sort().map((name) => join(folder, name));
}

/** A file's text. PowerShell's `>` writes UTF-16, little end first, with a byte order mark. */
export function readClusterText(name: string): string {
  return orFault(name, () => {
    const bytes = readFileSync(name);
    const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
    return bytes.toString(isUtf16 ? "utf16le" : "utf8");
  });
}

function orFault<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ClusterFileError || !(error instanceof Error)) throw error;
    throw new ClusterFileError(path, `can't be read: ${reasonOf(error)}`, {}, error);
  }
}

function reasonOf(error: Error & { readonly code?: string }): string {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "no such file or folder",
    EACCES: "permission denied",
    EISDIR: "it is a folder",
  };
  return reasons[error.code ?? ""] ?? error.message;
}
