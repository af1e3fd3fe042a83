import { statSync, watch, type FSWatcher } from "node:fs";
import { dirname } from "node:path";
import { clusterFileNames } from "./cluster-files.ts";

/**
 * What a change of these files would alter: each one's place on disk (a renamed one has another), size and
 * times. Symlinks are followed, so the swap of a mounted ConfigMap shows too.
 */
export function lookOfFiles(paths: readonly string[]): string {
  try {
    return clusterFileNames(paths)
      .map((name) => {
        const { ino, size, mtimeNs, ctimeNs } = statSync(name, { bigint: true });
        return `${name}|${ino}|${size}|${mtimeNs}|${ctimeNs}`;
      })
      .join("\n");
  } catch (error) {
    return `gone: ${String(error)}`;
  }
}

/** One watch for each folder: a watch on a file itself would stay with the one that a rename replaced. */
export function watchFolders(paths: readonly string[], onNotice: () => void): readonly FSWatcher[] {
  const folders = new Set(paths.flatMap((path) => [dirname(path), path]).filter((path) => isFolder(path)));
  return [...folders].map((folder) => watchFolder(folder, onNotice)).filter((watcher) => watcher !== undefined);
}

/** None where the system has no watches left, or the folder goes away: then the poll must do. */
function watchFolder(folder: string, onNotice: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, onNotice);
    return watcher.on("error", () => watcher.close());
  } catch {
    return undefined;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
