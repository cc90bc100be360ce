/** `help network`. */
import { DEFAULT_PORT } from "../../config/config.ts";
import { MAX_CONNECTIONS, MAX_INBOUND_PER_SECOND_PER_HOST } from "../../node/limits.ts";
import { commands, heading, paragraph, terms, type Topic } from "./topic.ts";

export const network: Topic = {
  name: "network",
  summary: "Ports, firewalls, routers and mandatory peers.",
  blocks: [
    paragraph(`There is no server. For two peers to talk, one of them must be able to connect to the
      other; which one does not matter, and messages go both ways.`),
    heading("Ports"),
    terms(
      [
        `TCP ${DEFAULT_PORT}`,
        "where listen and the menu listen (--port, setting port); 0 takes any free port",
      ],
      ["TCP, classicPort", "only where it is set: the old Python programs, p2p-chat help classic"],
      ["TCP, any", "commands that do not stay, such as send, take any free port"],
      [
        "UDP 5353",
        "mDNS, to 224.0.0.251: how peers on one local network find each other; --no-mdns turns it off",
      ],
    ),
    paragraph(`--host names the address to listen on: 0.0.0.0 means all IPv4 interfaces, :: all IPv6
      ones, 127.0.0.1 this machine alone.`),
    heading("A firewall"),
    paragraph(`Let TCP port ${DEFAULT_PORT} in, and for the local network UDP port 5353. Going out,
      connections to any port must be allowed. p2p-chat doctor looks at port and addresses; p2p-chat
      why PEER tells what an attempt met: refused, no answer, or another peer.`),
    heading("Behind a router"),
    paragraph(`From outside, a peer behind a router (NAT) can be reached only if the router forwards
      a port to it. Two peers behind two such routers do not find a way to each other yet: one side
      needs a port that can be reached, or both talk in the same local network or VPN.`),
    heading("Mandatory peers"),
    paragraph(`Peers to be connected to from the start, and again after every loss, for ever. One
      that is down delays nothing. A peer that is always on is a good one: those that are connected
      to it learn of each other.`),
    commands(
      "p2p-chat config set mandatory 192.168.1.20:7000,hub.example:7000",
      "p2p-chat listen --mandatory hub.example:7000",
    ),
    heading("Lost connections"),
    paragraph(`A peer that leaves says goodbye. One that vanishes is noticed within 20 seconds. What
      it did not acknowledge goes out again when it is back, also at another address.`),
    heading("Limits"),
    paragraph(`${MAX_CONNECTIONS} connections at once, ${MAX_INBOUND_PER_SECOND_PER_HOST} new ones a
      second from one address.`),
  ],
};
