import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type ContactEntry,
  CONTACTS_FORMAT,
  parseContactsFile,
} from "../../../src/commands/contact/contacts_file.ts";
import { ChatError } from "../../../src/errors.ts";
import { BLUE, RED } from "../twin_node.ts";

const file = (...contacts: unknown[]) =>
  JSON.stringify({ format: CONTACTS_FORMAT, version: 1, contacts });

const refused = (text: string): ChatError =>
  assertThrows(() => parseContactsFile(text, "file"), ChatError);

Deno.test("parseContactsFile() understands what export writes, and less", () => {
  const whole = {
    peerId: RED,
    alias: " Anna ",
    note: "n",
    verifiedAt: "2026-11-22T14:02:07.000Z",
    blockedAt: null,
    addresses: ["/ip4/10.0.0.1/tcp/7000"],
  };
  const nothing = {
    alias: undefined,
    note: undefined,
    verifiedAt: undefined,
    blockedAt: undefined,
    addresses: [],
  };
  const entries: ContactEntry[] = [{
    ...nothing,
    peerId: RED,
    alias: "Anna",
    note: "n",
    verifiedAt: Date.UTC(2026, 10, 22, 14, 2, 7),
    addresses: ["/ip4/10.0.0.1/tcp/7000"],
  }, { ...nothing, peerId: BLUE }];
  assertEquals(parseContactsFile(`\ufeff${file(whole, { peerId: BLUE })}`, "file"), entries);
  assertEquals(parseContactsFile(file(), "file"), []);
});

for (
  const [what, text, where] of [
    ["nothing", "", "is not JSON"],
    ["half a file", file({ peerId: RED }).slice(0, -3), "is not JSON"],
    ["a list", "[]", "is not a JSON object"],
    ["null", "null", "is not a JSON object"],
    ["another format", '{"format":"vcard","version":1,"contacts":[]}', 'format is "vcard"'],
    [
      "a newer version",
      `{"format":"${CONTACTS_FORMAT}","version":2,"contacts":[]}`,
      "version is 2",
    ],
    [
      "an unknown field",
      `{"format":"${CONTACTS_FORMAT}","version":1,"contacts":[],"x":1}`,
      '"x" is not',
    ],
    ["no contacts", `{"format":"${CONTACTS_FORMAT}","version":1}`, "contacts is not a list"],
    ["nesting", `${"[".repeat(10_000)}${"]".repeat(10_000)}`, "is not a JSON object"],
    ["a contact that is none", file(7), "contacts[0] is not an object"],
    ["no peer id", file({ alias: "x" }), "contacts[0].peerId is"],
    ["a wrong peer id", file({ peerId: "12D3KooWxyz" }), "contacts[0].peerId is"],
    ["a peer id of another type", file({ peerId: 7 }), "contacts[0].peerId is 7"],
    [
      "__proto__",
      file().replace("[]", `[{"peerId":"${RED}","__proto__":{"alias":"x"}}]`),
      "__proto__",
    ],
    ["an alias of another type", file({ peerId: RED, alias: ["x"] }), "contacts[0].alias is"],
    ["control characters", file({ peerId: RED, alias: "a\x1b[2J" }), "not visible"],
    [
      "a long note",
      file({ peerId: RED, note: "n".repeat(501) }),
      "contacts[0].note: a note is at most",
    ],
    ["no time", file({ peerId: RED, verifiedAt: "yesterday" }), "contacts[0].verifiedAt is"],
    ["an impossible time", file({ peerId: RED, blockedAt: "2026-13-41T99:99:99Z" }), "blockedAt"],
    ["a number for a time", file({ peerId: RED, blockedAt: 5 }), "contacts[0].blockedAt is 5"],
    ["a bad address", file({ peerId: RED, addresses: ["127.0.0.1:22"] }), "contacts[0].addresses"],
    [
      "an address with a peer id",
      file({ peerId: RED, addresses: [`/ip4/1.2.3.4/tcp/1/p2p/${RED}`] }),
      "contacts[0].addresses",
    ],
    [
      "17 addresses",
      file({ peerId: RED, addresses: Array(17).fill("/ip4/1.2.3.4/tcp/1") }),
      "contacts[0].addresses",
    ],
    ["a peer twice", file({ peerId: RED }, { peerId: RED }), "contacts[1].peerId is that of"],
    [
      "an alias twice",
      file({ peerId: RED, alias: "Éva" }, { peerId: BLUE, alias: "éva" }),
      "contacts[1].alias is that of contacts[0]",
    ],
    ["10,001 contacts", file(...Array(10_001).fill({})), "has more than 10000"],
  ] as const
) {
  Deno.test(`parseContactsFile() refuses ${what}, and says where`, () => {
    const error = refused(text);
    assertEquals(error.code, "bad-usage");
    assertEquals(error.message.includes(where), true, error.message);
    assertEquals(/\p{C}/u.test(error.message), false);
  });
}

Deno.test("parseContactsFile() refuses any other JSON with a ChatError, or understands it", () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const contact = fc.record(
    {
      peerId: fc.oneof(fc.constant(RED), fc.constant(BLUE), value),
      alias: fc.oneof(fc.string({ unit: "binary" }), value),
      note: fc.oneof(fc.string(), value),
      verifiedAt: value,
      addresses: fc.array(value),
    },
    { requiredKeys: ["peerId"] },
  );
  fc.assert(fc.property(fc.array(contact, { maxLength: 3 }), (contacts) => {
    try {
      parseContactsFile(file(...contacts), "file");
    } catch (error) {
      return error instanceof ChatError;
    }
  }));
});
