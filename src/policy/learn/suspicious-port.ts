/**
 * Ports that a workload seldom has a good reason to reach outside of the cluster, and that attacks use.
 * Of Log4Shell (CVE-2021-44228) a lookup goes out by LDAP or RMI, often to 1389 or 1099 as exploit kits have
 * it, and brings the payload back; an SMB connection outward hands over a password hash.
 */
const SUSPICIOUS: ReadonlyMap<number, string> = new Map([
  [135, "MS-RPC"],
  [139, "NetBIOS"],
  [389, "LDAP"],
  [445, "SMB"],
  [636, "LDAPS"],
  [1050, "CORBA IIOP"],
  [1099, "Java RMI"],
  [1389, "LDAP"],
  [3268, "LDAP global catalog"],
  [3269, "LDAPS global catalog"],
]);

/** What a port is known for, where that makes an outside peer on it suspicious. */
export function suspiciousPort(port: number): string | undefined {
  return SUSPICIOUS.get(port);
}

/**
 * Ports of databases. Who keeps his data with a provider has a good reason to reach them, so that nothing is held back
 * for them; who does not, sees his data leave.
 */
const DATABASES: ReadonlyMap<number, string> = new Map([
  [1433, "SQL Server"],
  [1521, "Oracle"],
  [3306, "MySQL"],
  [5432, "PostgreSQL"],
  [5984, "CouchDB"],
  [6379, "Redis"],
  [9042, "Cassandra"],
  [9200, "Elasticsearch"],
  [11_211, "memcached"],
  [27_017, "MongoDB"],
]);

/** The database that a port is known for. */
export function databasePort(port: number): string | undefined {
  return DATABASES.get(port);
}
