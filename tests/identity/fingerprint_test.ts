import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { generateKeyPair } from "@libp2p/crypto/keys";

import { fingerprint } from "../../src/identity/fingerprint.ts";

Deno.test("fingerprint() never changes", () => {
  // Computed apart from this program, with Python's hashlib, from the construction as documented.
  assertEquals(
    fingerprint("12D3KooWRBhwfeP2Y4TCx1SM6s9rUoHhR5STiGwxBhgFRcw3UERE"),
    "33539 40449 29910 91848 35487 19944 01239 56515 74366 29272 58507 99869",
  );
  assertEquals(
    fingerprint("12D3KooWB4mA4FVqYMD2Ezxh6bh2mrMqfs7HnZ38U8s45FYYBNty"),
    "75874 53962 09828 66866 77305 75080 74707 93274 50983 53415 27713 54479",
  );
});

Deno.test("fingerprint() has 12 groups of 5 digits, another for every key", async () => {
  const keys = await Promise.all(Array.from({ length: 50 }, () => generateKeyPair("Ed25519")));
  const fingerprints = keys.map((key) => fingerprint(key.publicKey.toString()));
  for (const digits of fingerprints) assertMatch(digits, /^\d{5}( \d{5}){11}$/);
  const groups = fingerprints.flatMap((digits) => digits.split(" "));
  // 600 groups of 100,000: about 2 pairs alike by chance, 12 practically never.
  assert(new Set(groups).size > 588);
});

Deno.test("fingerprint() refuses what is not a peer id", () => {
  for (const text of ["", "red", "12D3KooWRBhwfeP2Y4TCx1SM6s9rUoHhR5STiGwxBhgFRcw3UER"]) {
    assertThrows(() => fingerprint(text), TypeError, "is not a peer id");
  }
});
