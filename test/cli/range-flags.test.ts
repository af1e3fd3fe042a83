import t from "tap";
import { toGivenRanges } from "../../src/cli/range-flags.ts";
import { UsageError } from "../../src/cli/usage-error.ts";

await t.test("ranges given by flag are CIDR blocks, and all that are none are told together", async (t) => {
  const given = toGivenRanges({ podCidr: ["10.244.0.0/16", "fd00::/48"], serviceCidr: ["10.96.0.0/12"] });
  t.same(
    [given.podCidrs, given.serviceCidrs].map((list) => list.map(({ prefix, width }) => `${prefix} of ${width}`)),
    [["16 of 32", "48 of 128"], ["12 of 32"]],
  );
  t.throws(
    () => toGivenRanges({ podCidr: ["10.244.0.0"], serviceCidr: ["10.96.0.0/40"] }),
    new UsageError(
      "--pod-cidr 10.244.0.0: expected a CIDR block such as 10.244.0.0/16; --service-cidr 10.96.0.0/40: expected a CIDR block such as 10.244.0.0/16",
    ),
  );
  t.same(toGivenRanges({}), { podCidrs: [], serviceCidrs: [] });
});
