import { assertEquals } from "@std/assert";
import { generateKeyPair } from "@libp2p/crypto/keys";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";

import { isPeerId } from "../../src/config/peer_id_text.ts";

Deno.test("isPeerId() recognises the ids of Ed25519 keys and of no others", async () => {
  for (let round = 0; round < 20; round++) {
    const id = peerIdFromPrivateKey(await generateKeyPair("Ed25519")).toString();
    assertEquals(isPeerId(id), true, id);
    assertEquals(isPeerId(id.slice(0, -1)), false);
    assertEquals(isPeerId(`${id}1`), false);
    assertEquals(isPeerId(id.replace("12D3K", "12D3L")), false);
    assertEquals(isPeerId(`${id.slice(0, -1)}0`), false);
  }
  const other = peerIdFromPrivateKey(await generateKeyPair("secp256k1")).toString();
  assertEquals(isPeerId(other), false, other);
  assertEquals(isPeerId(""), false);
  assertEquals(isPeerId("1".repeat(52)), false);
});
