/** The first words of a connection: whether both programs speak the same protocol. */
import manifest from "../../deno.json" with { type: "json" };
import { quote } from "../config/quote.ts";
import type { ChatNode } from "../node/chat_node.ts";
import { Refusal } from "./failure.ts";
import { type Hello, PROTOCOL_VERSION, type Welcome } from "./wire.ts";

/** What a client says first. */
export function makeHello(token: string | undefined): Hello {
  return { program: manifest.version, protocol: PROTOCOL_VERSION, token };
}

/**
 * What the node answers.
 * @param token what the client has to show; undefined: nothing
 * @throws Refusal
 */
export function checkHello(
  hello: Hello,
  token: string | undefined,
  node: Pick<ChatNode, "peerId" | "name" | "addresses">,
  lasting: boolean,
): Welcome {
  const { program, protocol } = hello;
  if (token !== undefined && !isEqual(hello.token ?? "", token)) {
    throw new Refusal("profile-unusable", "the token for the node that runs is wrong", {
      hint: "run it as the user who started that node",
    });
  }
  if (protocol !== PROTOCOL_VERSION) {
    const [age, what] = protocol < PROTOCOL_VERSION
      ? ["newer", "use that version here as well"]
      : ["older", "stop it, and start it with this version"];
    throw new Refusal(
      "not-supported",
      `the node that runs is of a version ${age} than this program, ` +
        `${manifest.version} instead of ${quote(program).slice(1, -1)}`,
      { hint: `${what}; or use --direct when it is stopped` },
    );
  }
  return {
    program: manifest.version,
    protocol: PROTOCOL_VERSION,
    peerId: node.peerId,
    name: node.name,
    addresses: node.addresses(),
    lasting,
  };
}

/** Takes as long for a token that is nearly right as for any other. */
function isEqual(given: string, token: string): boolean {
  let difference = given.length ^ token.length;
  for (let index = 0; index < token.length; index++) {
    difference |= token.charCodeAt(index) ^ given.charCodeAt(index);
  }
  return difference === 0;
}
