/** `help peer`. */
import { commands, heading, paragraph, terms, type Topic } from "./topic.ts";

export const peer: Topic = {
  name: "peer",
  summary: "Whom PEER may mean, and how peers find each other.",
  blocks: [
    paragraph(
      `Wherever a command takes PEER, it may be one of these. They are tried in this order.`,
    ),
    terms(
      ["alias", "what you call a contact yourself; it wins over all names"],
      ["name", "how the peer introduces itself; upper and lower case count as equal"],
      ["peer id", "12D3KooW... of 52 characters: the identity, it never changes"],
      [
        "its beginning",
        "four characters or more, with or without 12D3KooW in front, where they fit one peer only",
      ],
      ["host:port", "192.168.1.20:7000, [2001:db8::20]:7000 or hub.example:7000"],
      ["classic:HOST:PORT", "an old Python program there, in plain text: p2p-chat help classic"],
      ["multiaddr", "/ip4/192.168.1.20/tcp/7000, with or without /p2p/ID at the end"],
    ),
    commands(
      'p2p-chat send red "hello"',
      'p2p-chat send BGXivA "hello"',
      'p2p-chat send 192.168.1.20:7000 "hello"',
    ),
    paragraph(`A name, an address and a port are only hints on the way to a peer. Two peers may have
      the same name: then the program says so and asks for the peer id. An alias is yours, and whoever
      calls itself so is shown with the beginning of its id. If another peer than before answers at an
      address, you are told.`),
    commands("p2p-chat contact add BGXivA --alias anna"),
    heading("An address where nobody has answered yet"),
    paragraph(`A message to such an address waits, and goes to the first peer that answers there.
      From then on that peer is the recipient, wherever it moves to. To be sure from the start who
      it will be, write a multiaddr that ends with /p2p/ID.`),
    heading("How peers find each other"),
    terms(
      ["address", "somebody names it, in a command or as a mandatory peer"],
      ["local network", "by mDNS, unless --no-mdns or the setting mdns forbids it"],
      ["other peers", "those that are connected tell each other to whom else they are"],
      ["memory", "who was reached once is remembered, with the addresses that worked"],
    ),
    commands("p2p-chat peers --known", "p2p-chat why red"),
  ],
};
