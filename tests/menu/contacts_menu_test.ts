import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import { fingerprint } from "../../src/identity/fingerprint.ts";
import { showContacts } from "../../src/menu/contacts_menu.ts";
import { MemoryTerminal } from "../../src/terminal/memory_terminal.ts";
import { activePeer, NOW, RED, SELF, TwinNode } from "../commands/twin_node.ts";
import { NODE_INIT, openMenuTwin, untilAsked } from "./open_menu_twin.ts";

/** Line by line, with these answers; the last question is left with an empty line. */
async function answer(...input: string[]): Promise<{ node: TwinNode; out: string }> {
  const node = new TwinNode(NODE_INIT, { peers: [activePeer()] });
  const terminal = new MemoryTerminal({ input: [...input, ""] });
  using menu = openMenuTwin(node, terminal);
  await showContacts(menu);
  return { node, out: terminal.out };
}

Deno.test("`showContacts()` makes a contact, and lists it", async () => {
  const { node, out } = await answer("1", "2", "Anna");
  assertEquals(node.contactsNow.get(RED)?.alias, "Anna");
  assertStringIncludes(out, "no contacts yet");
  assertStringIncludes(out, "red (Jmfxzu) is now called Anna");
  assertStringIncludes(out, "Anna  Jmfxzu");
});

Deno.test("`showContacts()` blocks, allows again and removes", async () => {
  const { node, out } = await answer("red", "5", "red", "5", "red", "6");
  assertStringIncludes(out, "blocked red (Jmfxzu)");
  assertStringIncludes(out, "unblocked red (Jmfxzu)");
  assertStringIncludes(out, "the messages stay in the history");
  assertEquals(node.contactsNow.size, 0);
});

Deno.test("`showContacts()` compares fingerprints", async () => {
  const { node, out } = await answer("1", "4", "y", "1", "3", "from work", "1", "0");
  for (const peerId of [SELF, RED]) assertStringIncludes(out, fingerprint(peerId).slice(0, 35));
  const { verifiedAt, note } = node.contactsNow.get(RED) ?? {};
  assertEquals([verifiedAt, note], [NOW, "from work"]);
});

Deno.test("`showContacts()` takes no address for a peer", async () => {
  const error = await assertRejects(() => answer("127.0.0.1:7000"), ChatError);
  assertStringIncludes(error.message, "anybody may be there");
});

Deno.test("`showContacts()` on a screen: Escape goes one question back", async () => {
  const node = new TwinNode(NODE_INIT, { peers: [activePeer()] });
  const terminal = new MemoryTerminal({ interactive: true, keepOpen: true, columns: 40 });
  using menu = openMenuTwin(node, terminal);
  const ended = showContacts(menu);
  await untilAsked(terminal, 1, "Whom");
  terminal.press("\r");
  await untilAsked(terminal, 2, "Make it a contact");
  terminal.press("\x1b");
  await untilAsked(terminal, 3, "Whom");
  terminal.press("\r");
  await untilAsked(terminal, 4, "Make it a contact");
  terminal.press("\x1b[B\r");
  await untilAsked(terminal, 5, "Alias");
  terminal.press("\x1b");
  await untilAsked(terminal, 6, "> Give it an alias");
  terminal.press("\x1b[A\r");
  await untilAsked(terminal, 7, "Whom");
  assertEquals(node.contactsNow.size, 1);
  terminal.press("\x1b");
  await ended;
});
