import { styleText } from "node:util";

const width = 96;

/** Every block ends with an empty line, so none begins with one. */
export function heading(text: string): void {
  console.log(`${styleText(["bold", "cyan"], `── ${text} ${"─".repeat(Math.max(0, width - text.length - 4))}`)}\n`);
}

/** Running text, broken to the width of the page. */
export function say(text: string): void {
  console.log(`${breakLines(text, width)}\n`);
}

/** A command as a person would type it. */
export function command(line: string): void {
  console.log(`  ${styleText("green", "$")} ${styleText("bold", line)}\n`);
}

/** A word as a shell must be given it. */
export function quote(word: string): string {
  return /^[\w:/.@=-]+$/u.test(word) ? word : `'${word}'`;
}

/** What a command answered. */
export function answer(text: string): void {
  console.log(`${text.trimEnd().replaceAll(/^(?=.)/gmu, "    ")}\n`);
}

export function dim(text: string): string {
  return styleText("dim", text);
}

/** Columns as wide as their widest cell; the last is broken to what the page leaves it. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) => tableRow(row, widths)).join("\n");
}

function tableRow(row: readonly string[], widths: readonly number[]): string {
  const before = row.slice(0, -1).map((cell, column) => `${cell.padEnd(widths[column] ?? 0)}  `);
  const indent = before.join("").length;
  const last = breakLines(row.at(-1) ?? "", Math.max(50, width - indent));
  return `${before.join("")}${last.replaceAll("\n", `\n${" ".repeat(indent)}`)}`.trimEnd();
}

function breakLines(text: string, columns: number): string {
  const lines = [""];
  for (const word of text.split(/\s+/u)) {
    const line = lines.at(-1) ?? "";
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + word.length >= columns) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join("\n");
}
