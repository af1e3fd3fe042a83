const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_PART = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const PORT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** What keeps a string from being a DNS-1123 subdomain, the form of most object names; undefined if nothing does. */
export function subdomainFault(name: string): string | undefined {
  if (name.length > 253) return "must be no more than 253 characters";
  return SUBDOMAIN.test(name)
    ? undefined
    : "must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
}

/** A qualified name: an optional prefix that is a subdomain, a slash, and a name of up to 63 characters. */
export function labelKeyFault(key: string): string | undefined {
  const slash = key.indexOf("/");
  const prefix = slash === -1 ? undefined : key.slice(0, slash);
  const fault = prefix === undefined ? undefined : subdomainFault(prefix);
  if (fault !== undefined) return `prefix part ${fault}`;
  const name = key.slice(slash + 1);
  if (name.length > 63) return "name part must be no more than 63 characters";
  return LABEL_PART.test(name)
    ? undefined
    : "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
}

export function labelValueFault(value: string): string | undefined {
  if (value.length > 63) return "must be no more than 63 characters";
  return value === "" || LABEL_PART.test(value)
    ? undefined
    : "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
}

/** IANA service name, RFC 6335, 5.1. */
export function portNameFault(name: string): string | undefined {
  if (name.length === 0 || name.length > 15) return "must be no more than 15 characters, and at least one";
  if (!PORT_NAME.test(name)) return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
  if (!/[a-z]/.test(name)) return "must contain at least one letter (a-z)";
  return name.includes("--") ? "must not contain consecutive hyphens" : undefined;
}

/** What is wrong with a set of labels, each fault with the field it is in. */
export function labelFaults(
  labels: Readonly<Record<string, string>>,
  field: string,
): readonly { readonly field: string; readonly message: string }[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    const keyFault = labelKeyFault(key);
    const valueFault = labelValueFault(value);
    return [
      ...(keyFault === undefined ? [] : [{ field, message: `${JSON.stringify(key)}: ${keyFault}` }]),
      ...(valueFault === undefined ? [] : [{ field: `${field}.${key}`, message: valueFault }]),
    ];
  });
}
