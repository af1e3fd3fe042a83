import { readFileSync } from "node:fs";

/** One fault: `find`, which must occur once in the file, becomes `replace`. */
export interface PlantedFault {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Reads a faults.txt: `# file` begins the faults of a file, and each is a name, a line with `-` and one with `+`. */
export function readFaults(url = new URL("faults.txt", import.meta.url)): readonly PlantedFault[] {
  const text = readFileSync(url, "utf8");
  const [, ...sections] = text.split(/^# /mu);
  return sections.flatMap((section) => {
    const [file = "", ...faults] = section.trimEnd().split("\n\n");
    return faults.map((fault) => readFault(fault, file.trim()));
  });
}

function readFault(fault: string, file: string): PlantedFault {
  const match = /^(.+)\n- (.+)\n\+ ?(.*)$/u.exec(fault.trim());
  if (match === null) throw new Error(`faults.txt: no fault: ${fault}`);
  const [, name = "", find = "", replace = ""] = match;
  return { name, file, find, replace };
}
