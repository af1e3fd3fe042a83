import { Option } from "commander";

/** An option that can also be given as an environment variable of its name: `--data-dir` as WEIR_DATA_DIR. */
export function flag(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return option.env(`WEIR_${option.name().replaceAll("-", "_").toUpperCase()}`);
}
