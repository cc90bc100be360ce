/** What a client may ask, as calls of the node. */
import type { ChatNode } from "../node/chat_node.ts";
import type { MethodName, Shapes } from "./wire.ts";

/** One function for each method but `hello`, which belongs to the connection. */
export type Methods = {
  readonly [Name in Exclude<MethodName, "hello">]: (
    params: Shapes[Name]["params"],
    signal: AbortSignal,
  ) => Promise<Shapes[Name]["result"]>;
};

/** Whether the client is told of events. */
export interface Subscription {
  /** @returns the place in the history after which messages come as events */
  begin(): Promise<{ position: number }>;
  end(): void;
}

export function methodsOf(node: ChatNode, subscription: Subscription): Methods {
  return {
    subscribe: () => subscription.begin(),
    unsubscribe: () => Promise.resolve(subscription.end() ?? undefined),
    resolve: ({ peer }) => node.resolve(peer),
    send: ({ recipient, text, id, replyTo, after }, signal) =>
      node.send(recipient, text, {
        signal,
        ...(id === undefined ? {} : { id }),
        ...(replyTo === undefined ? {} : { replyTo }),
        ...(after === undefined ? {} : { after }),
      }),
    settled: ({ messageId }, signal) => node.settled(messageId, { signal }),
    connect: ({ recipient }, signal) => node.connect(recipient, { signal }),
    connectAll: (_, signal) => node.connectAll({ signal }),
    settleConnections: (_, signal) => done(node.settleConnections({ signal })),
    peers: () => node.peers(),
    knownPeers: () => node.knownPeers(),
    contacts: () => node.contacts(),
    changeContacts: ({ changes }) => node.changeContacts(changes),
    removeContact: ({ peerId }) => node.removeContact(peerId),
    history: ({ query }) => node.history(query),
    conversations: () => node.conversations(),
    counts: ({ upTo }) => node.counts(upTo),
    outbox: ({ limit }) => node.outbox(limit),
    cancelMessage: ({ messageId }) => node.cancel(messageId),
    retry: () => done(node.retry()),
    reachability: ({ recipient }) => node.reachability(recipient),
    unread: ({ limit, after, upTo }) =>
      node.unread(limit, { upTo, ...(after === undefined ? {} : { after }) }),
    shown: ({ messages }) => done(node.shown(messages)),
  };
}

async function done(work: Promise<void>): Promise<undefined> {
  await work;
  return undefined;
}
