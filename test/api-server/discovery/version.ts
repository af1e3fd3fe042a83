/** What kubectl compares its own version with: that of the API whose types are served. */
export const VERSION = {
  major: "1",
  minor: "36",
  gitVersion: "v1.36.0-weir.test",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "2026-01-01T00:00:00Z",
  goVersion: "",
  compiler: "",
  platform: "linux/amd64",
} as const;
