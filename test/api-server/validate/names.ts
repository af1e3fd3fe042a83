/** Problems of names and labels, in the words of apimachinery's util/validation. */

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/u;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/u;
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/u;
const VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/u;

const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const QUALIFIED_TEXT =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** RFC 1123 subdomain: what most kinds are named by. */
export function subdomainProblems(name: string): readonly string[] {
  return [...tooLong(name, 253), ...(SUBDOMAIN.test(name) ? [] : [SUBDOMAIN_TEXT])];
}

/** RFC 1123 label: namespaces and services. */
export function labelProblems(name: string): readonly string[] {
  return [...tooLong(name, 63), ...(LABEL.test(name) ? [] : [LABEL_TEXT])];
}

/** What can be one step of a path: RBAC's names. */
export function pathSegmentProblems(name: string): readonly string[] {
  if (name === "." || name === "..") return [`may not be '${name}'`];
  return ["/", "%"].filter((mark) => name.includes(mark)).map((mark) => `may not contain '${mark}'`);
}

export function labelKeyProblems(key: string): readonly string[] {
  const [name = "", prefix, ...more] = key.split("/").reverse();
  if (more.length > 0) return [`a qualified name ${QUALIFIED_TEXT.slice("name part ".length)}`];
  const ofPrefix = prefix === undefined ? [] : subdomainProblems(prefix).map((problem) => `prefix part ${problem}`);
  if (name === "") return [...ofPrefix, "name part must be non-empty", QUALIFIED_TEXT];
  const long = tooLong(name, 63).map((problem) => `name part ${problem}`);
  return [...ofPrefix, ...long, ...(QUALIFIED.test(name) ? [] : [QUALIFIED_TEXT])];
}

export function labelValueProblems(value: string): readonly string[] {
  return [...tooLong(value, 63), ...(VALUE.test(value) ? [] : [VALUE_TEXT])];
}

/** RFC 6335: IANA service names. */
export function portNameProblems(name: string): readonly string[] {
  const problems = [...tooLong(name, 15)];
  if (!/^[-a-z0-9]+$/u.test(name))
    problems.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  if (!/[a-z]/u.test(name)) problems.push("must contain at least one letter (a-z)");
  if (name.includes("--")) problems.push("must not contain consecutive hyphens");
  if (name.startsWith("-") || name.endsWith("-")) problems.push("must not begin or end with a hyphen");
  return problems;
}

export function portNumberProblems(port: number): readonly string[] {
  return port >= 1 && port <= 65_535 ? [] : ["must be between 1 and 65535, inclusive"];
}

function tooLong(text: string, most: number): string[] {
  return Buffer.byteLength(text) > most ? [`must be no more than ${most} bytes`] : [];
}
