import type { RequestInfo } from "../http/request-info.ts";
import type { Fault, FaultRule } from "./fault.ts";

/** The faults that are on. The first rule that fits a request is the one that holds for it. */
export class FaultBook {
  #rules: { readonly rule: FaultRule; left: number }[] = [];

  add(rule: FaultRule): void {
    this.#rules.push({ rule, left: rule.times ?? Infinity });
  }

  /** Answers every request for a resource, or for "*" every one for any, with a status. */
  set(resource: string, code: number): void {
    this.add({ fault: { kind: "status", code }, ...(resource === "*" ? {} : { resource }) });
  }

  clear(): void {
    this.#rules = [];
  }

  next(info: RequestInfo): Fault | undefined {
    const found = this.#rules.find(({ rule, left }) => left > 0 && fits(rule, info));
    if (found === undefined) return undefined;
    found.left -= 1;
    return found.rule.fault;
  }
}

/** Discovery is spared unless its path is named: clients would not get to what is to be tried. */
function fits({ resource, verb, path }: FaultRule, info: RequestInfo): boolean {
  if (path === undefined && info.target === undefined) return false;
  if (resource !== undefined && resource !== info.target?.resource) return false;
  return (verb === undefined || verb === info.verb) && (path === undefined || path.test(info.path));
}
