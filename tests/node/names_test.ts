import { assertEquals } from "@std/assert";
import { Names } from "../../src/node/names.ts";
import { resolveRecipient } from "../../src/node/recipient.ts";
import { BLUE, RED, SELF as GREEN } from "../commands/twin_node.ts";

const alias = (words: string | undefined, blocked = false) => ({ alias: words, blocked });

Deno.test("Names.displayName() shows the alias, and marks whoever goes by it", () => {
  const names = new Names();
  names.named(RED, "red");
  names.decided(RED, alias("Anna"));
  assertEquals(names.displayName(RED), "Anna");
  for (const name of ["Anna", "anna", "Аnna", "A-n-n-a", "Ａnna"]) {
    names.named(BLUE, name);
    assertEquals(names.displayName(BLUE), `${name} (M4jXBy)`);
    assertEquals(names.displayName(RED), "Anna");
  }
  names.named(BLUE, "blue");
  assertEquals(names.displayName(BLUE), "blue");
});

Deno.test("Names.displayName() marks a name that poses as one with an id behind it", () => {
  const names = new Names();
  names.named(RED, "red");
  names.named(BLUE, "red (Jmfxzu)");
  assertEquals(names.displayName(BLUE), "red (Jmfxzu) (M4jXBy)");
});

Deno.test("Names.displayName() forgets an alias, and a name that was changed", () => {
  const names = new Names();
  names.decided(RED, alias("Anna"));
  names.named(BLUE, "anna");
  names.decided(RED, alias(undefined));
  assertEquals([names.displayName(RED), names.displayName(BLUE)], ["Jmfxzu", "anna"]);
  names.named(GREEN, "Anna");
  assertEquals(names.displayName(BLUE), "anna (M4jXBy)");
  names.named(GREEN, "green");
  assertEquals(names.displayName(BLUE), "anna");
});

Deno.test("resolveRecipient() takes an alias before all names, in either case", () => {
  const names = new Names();
  names.named(BLUE, "Éva");
  names.named(GREEN, "éva");
  names.decided(RED, alias("Éva"));
  for (const text of ["Éva", " éVA ", "e\u0301va"]) {
    assertEquals(resolveRecipient(text, names.candidates()), { kind: "peer", peerId: RED });
  }
});

Deno.test("resolveRecipient() lets nobody who is blocked make a name ambiguous", () => {
  const names = new Names();
  names.named(RED, "red");
  names.named(BLUE, "red");
  names.decided(BLUE, alias(undefined, true));
  assertEquals(resolveRecipient("red", names.candidates()), { kind: "peer", peerId: RED });
  names.named(RED, "other");
  assertEquals(resolveRecipient("red", names.candidates()), { kind: "peer", peerId: BLUE });
});

Deno.test("Names.displayName() marks a classic peer whatever it is called, and is never too long", () => {
  const names = new Names();
  const id = "classic:10.0.0.2:5000";
  assertEquals(names.displayName(id), "10.0.0.2:5000 [classic]");
  names.named(RED, "ann");
  names.decided(RED, alias("Anna"));
  for (const name of ["Anna", "A-nna", "Аnna", "ann"]) {
    names.named(id, name);
    assertEquals(names.displayName(id), `${name} (10.0.0.2:5000) [classic]`);
    assertEquals(names.displayName(RED), "Anna");
  }
  names.named(id, "blue\u001b[2J\u202e");
  assertEquals(names.displayName(id), "blue\\u{1B}[2J [classic]");
  names.named(id, "x".repeat(1_000));
  assertEquals(names.displayName(id), `${"x".repeat(23)}… [classic]`);
  names.decided(id, alias("Ben"));
  assertEquals(names.displayName(id), "Ben [classic]");
});
