/** `help security`. */
import { commands, heading, paragraph, terms, type Topic } from "./topic.ts";

export const security: Topic = {
  name: "security",
  summary: "What is encrypted, and how to know who somebody is.",
  blocks: [
    heading("Who is who"),
    paragraph(`An identity is a key (Ed25519). The peer id is made from it and cannot be forged:
      nobody else can answer as that peer. Names, addresses and ports prove nothing.`),
    paragraph(`Whether a peer id belongs to the person you think of is for you to find out. Each has
      a fingerprint of 60 digits. Let the other one read it to you, by telephone or side by side: if
      all digits agree, nobody sits between you.`),
    commands("p2p-chat id", "p2p-chat contact verify anna"),
    heading("What is encrypted"),
    terms(
      [
        "on the way",
        "everything between two peers: encrypted and authenticated (Noise), from one end to the " +
        "other; nothing where [classic] is said",
      ],
      ["on disk", "nothing: history and key lie readable for you in the profile's folder"],
    ),
    heading("What others can see"),
    terms(
      ["the network", "that two addresses talk, when, and how much"],
      ["local network", "by mDNS: that this peer is here, its peer id and its addresses"],
      ["connected peers", "your name, your addresses, and to whom else you are connected"],
      ["readers", "whether you have read their messages, unless --no-read-receipts"],
    ),
    heading("The first message to an address"),
    paragraph(`A message to host:port goes to the first peer that answers there: trust on first use.
      It is shown as such. A multiaddr with /p2p/ID goes to that peer only.`),
    heading("Strangers"),
    paragraph(`Everybody who can connect can send you messages. What peers send is checked for size
      and form, limited in number, and made harmless before it reaches the screen, a log or a
      file: it cannot move the cursor, change colours, or look like another line. Whom you block cannot
      connect any more, and is not told why.`),
    commands("p2p-chat contact block BGXivA"),
    heading("This program"),
    paragraph(`The binary may use the network, read and write files, and read the environment. It
      cannot run other programs. Other commands on a profile work through the node that runs there,
      over a socket that only you can use.`),
  ],
};
