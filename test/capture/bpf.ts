/** The kernel's classic BPF (McCanne and Jacobson, USENIX 1993), run by hand, on programs that tcpdump compiles. */
import { spawnSync } from "node:child_process";

interface Instruction {
  readonly code: number;
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  readonly k: number;
}

export type BpfProgram = readonly Instruction[];

export const hasTcpdump = spawnSync("tcpdump", ["--version"]).status === 0;

/** What libpcap makes of the filter, as numbers; throws its word where it makes nothing of it. `linkType` as `EN10MB`, `LINUX_SLL`, `RAW`. */
export function bpfText(filter: string, linkType: string): string {
  const { status, stdout, stderr } = spawnSync("tcpdump", ["-y", linkType, "-ddd", filter], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

export function compileBpf(filter: string, linkType: string): BpfProgram {
  const [count, ...lines] = bpfText(filter, linkType).trim().split("\n");
  const program = lines.map((line): Instruction => {
    const [code = 0, jumpTrue = 0, jumpFalse = 0, k = 0] = line.split(" ").map(Number);
    return { code, jumpTrue, jumpFalse, k };
  });
  if (program.length !== Number(count)) throw new Error(`tcpdump tells ${count} instructions and ${program.length}`);
  return program;
}

export interface BpfVerdict {
  readonly passes: boolean;
  /** Instructions that it took. */
  readonly steps: number;
}

const Class = { LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, JMP: 5, RET: 6, MISC: 7 } as const;
const Mode = { IMM: 0x00, ABS: 0x20, IND: 0x40, MEM: 0x60, LEN: 0x80, MSH: 0xa0 } as const;
const OCTETS: Readonly<Record<number, number>> = { 0x00: 4, 0x08: 2, 0x10: 1 };

/** What the program says of a packet; a load from behind its end lets it not pass. */
export function runBpf(program: BpfProgram, packet: Uint8Array): BpfVerdict {
  const memory = new Uint32Array(16);
  let a = 0;
  let x = 0;
  let steps = 0;
  for (let at = 0; ; at++) {
    const { code, jumpTrue, jumpFalse, k } = program[at]!;
    steps += 1;
    switch (code & 0x07) {
      case Class.LD:
      case Class.LDX: {
        const value = load(code, k, x, packet, memory);
        if (value === undefined) return { passes: false, steps };
        if ((code & 0x07) === Class.LD) a = value;
        else x = value;
        break;
      }
      case Class.ST:
        memory[k] = a;
        break;
      case Class.STX:
        memory[k] = x;
        break;
      case Class.ALU:
        a = compute(code & 0xf0, a, operand(code, k, x));
        break;
      case Class.JMP:
        if ((code & 0xf0) === 0) at += k;
        else at += holds(code & 0xf0, a, operand(code, k, x)) ? jumpTrue : jumpFalse;
        break;
      case Class.RET:
        return { passes: ((code & 0x18) === 0x10 ? a : k) !== 0, steps };
      default:
        if ((code & 0xf8) === 0) x = a;
        else a = x;
    }
  }
}

function operand(code: number, k: number, x: number): number {
  return (code & 0x08) === 0 ? k : x;
}

function load(code: number, k: number, x: number, packet: Uint8Array, memory: Uint32Array): number | undefined {
  switch (code & 0xe0) {
    case Mode.IMM:
      return k;
    case Mode.MEM:
      return memory[k]!;
    case Mode.LEN:
      return packet.length;
    case Mode.MSH:
      return k < packet.length ? (packet[k]! & 0x0f) * 4 : undefined;
    default:
      return octetsAt((code & 0xe0) === Mode.IND ? x + k : k, OCTETS[code & 0x18]!, packet);
  }
}

function octetsAt(start: number, count: number, packet: Uint8Array): number | undefined {
  if (start + count > packet.length) return undefined;
  let value = 0;
  for (let at = start; at < start + count; at++) value = value * 256 + packet[at]!;
  return value;
}

function compute(operation: number, a: number, b: number): number {
  switch (operation) {
    case 0x00:
      return (a + b) >>> 0;
    case 0x10:
      return (a - b) >>> 0;
    case 0x20:
      return Math.imul(a, b) >>> 0;
    case 0x40:
      return (a | b) >>> 0;
    case 0x50:
      return (a & b) >>> 0;
    case 0x60:
      return (a << b) >>> 0;
    case 0x70:
      return a >>> b;
    default:
      throw new Error(`BPF operation ${operation} is not known here`);
  }
}

function holds(test: number, a: number, b: number): boolean {
  switch (test) {
    case 0x10:
      return a === b;
    case 0x20:
      return a > b;
    case 0x30:
      return a >= b;
    case 0x40:
      return (a & b) !== 0;
    default:
      throw new Error(`BPF test ${test} is not known here`);
  }
}
