/** `help classic`. */
import { commands, heading, paragraph, terms, type Topic } from "./topic.ts";

export const classic: Topic = {
  name: "classic",
  summary: "Talking to the old Python programs, in plain text.",
  blocks: [
    paragraph(`The older Python programs send plain text over TCP. This one talks to them where you
      ask for it: nothing of it is encrypted, and nobody can prove who he is. Whatever comes from such
      a peer, or goes to it, is marked [classic].`),
    commands(
      "p2p-chat listen --classic-port 5000 --classic-host 0.0.0.0",
      'p2p-chat send classic:192.168.1.20:5000 "hello"',
      "p2p-chat contact add classic:192.168.1.20:5000 --alias olda",
    ),
    heading("The two dialects"),
    terms(
      ["a", "a connection for each message, never answered: sent is all that can be known"],
      ["b", "a conversation in which every message is answered: then it is delivered"],
    ),
    paragraph(`Each old program is answered in the dialect that it spoke last. One that has not said
      anything yet gets that of the setting classicDialect.`),
    heading("What is promised"),
    terms(
      ["to them", "what they do not take waits in the outbox, and is tried again"],
      ["in dialect a", "a message may be lost between the two programs; nobody is told"],
      ["in dialect b", "a message whose answer was lost goes out again, and arrives twice"],
      [
        "from them",
        "everything is in the database before it is answered; what they say twice is there twice",
      ],
    ),
    heading("Settings"),
    paragraph(`classicPort opens the port, which is closed by default; classicHost (127.0.0.1),
      classicDialect, classicLong and classicTeam say how: p2p-chat help settings. Mandatory peers may
      be classic ones; they are greeted at the start, and told exit at the end.`),
    commands("p2p-chat config set mandatory classic:192.168.1.20:5000"),
  ],
};
