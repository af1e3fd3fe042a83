import type { TransportProtocol } from "../../flow/connection.ts";
import { endText } from "../evaluate/end.ts";
import type { CompiledPolicies } from "../evaluate/evaluate.ts";
import { because, type Question } from "../evaluate/verdict.ts";

/** What `weir check` prints of one question. */
export interface Answer {
  /** `namespace/pod`, or an address. */
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly protocol: TransportProtocol;
  readonly allowed: boolean;
  readonly because: readonly string[];
}

export function answer(policies: CompiledPolicies, question: Question): Answer {
  const { from, to, port, protocol } = question;
  const verdict = policies.decide(question);
  const reasons = because(verdict, question);
  return { from: endText(from), to: endText(to), port, protocol, allowed: verdict.allowed, because: reasons };
}
