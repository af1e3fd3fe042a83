/**
 * Canonical addresses in one text, parted by spaces. Slices hold a cluster's addresses once more for each Service that
 * leads to them, and are read seldom: so they take a third of what a list of texts does.
 */
export type AddressList = string & { readonly isAddressList: true };

export function addressList(addresses: readonly string[]): AddressList {
  return addresses.join(" ") as AddressList;
}

export function addressesIn(list: AddressList): readonly string[] {
  return list === "" ? [] : list.split(" ");
}
