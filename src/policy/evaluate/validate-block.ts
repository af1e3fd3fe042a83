import { type Cidr, holdsCidr, parseCidr } from "../cidr.ts";
import { type Fault, isRecord, type Path, unknownFields } from "./validate-selector.ts";

/** ValidateIPBlock: the CIDR, and that each exception lies within it and is not all of it. */
export function cidrFaults(block: unknown, path: Path): readonly Fault[] {
  if (!isRecord(block)) return [{ path, message: "must be an object" }];
  const { cidr, except } = block;
  const unknown = unknownFields(block, ["cidr", "except"], path);
  if (cidr === undefined || cidr === null || cidr === "")
    return [...unknown, { path: `${path}.cidr`, message: "Required value" }];
  const parsed = typeof cidr === "string" ? parseCidr(cidr) : undefined;
  if (parsed === undefined) return [...unknown, notCidr(`${path}.cidr`, cidr)];
  if (except === undefined || except === null) return unknown;
  if (!Array.isArray(except)) return [...unknown, { path: `${path}.except`, message: "must be a list" }];
  return [
    ...unknown,
    ...except.flatMap((hole: unknown, index) => exceptFaults(hole, parsed, `${path}.except[${index}]`)),
  ];
}

function exceptFaults(hole: unknown, around: Cidr, path: Path): readonly Fault[] {
  const parsed = typeof hole === "string" ? parseCidr(hole) : undefined;
  if (parsed === undefined) return [notCidr(path, hole)];
  if (holdsCidr(around, parsed) && parsed.prefixLength > around.prefixLength) return [];
  return [{ path, message: `Invalid value: ${JSON.stringify(hole)}: must be a strict subset of \`cidr\`` }];
}

function notCidr(path: Path, value: unknown): Fault {
  const message = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
  return { path, message: `Invalid value: ${JSON.stringify(value ?? null)}: ${message}` };
}
