/** Outside addresses are documentation's (RFC 5737, RFC 3849), so nobody's. */
export const shopAddresses = {
  node4: "192.168.50.11",
  node6: "2001:db8:50::11",
  clusterDns: "10.96.0.10",
  outsideDns: "203.0.113.53",
  payments: "203.0.113.10",
  customer4: "203.0.113.80",
  customer6: "2001:db8:113::80",
  attacker: "203.0.113.66",
} as const;

export const shopNodePort = 30_080;
