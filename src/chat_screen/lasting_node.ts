/**
 * A node that is there for as long as it is wanted, though its process may die: the next one is asked
 * instead. What the commands have for it is `src/commands/lasting_session.ts`.
 */
import type { ChatNode, NodeEvent } from "../node/chat_node.ts";

/** Whoever wants to know of events, on whichever node. */
export interface Follower {
  onEvent(event: NodeEvent): unknown;
  /** Another node than before is there: what it knows may be new. */
  onRenewed?(): unknown;
}

export interface LastingNode {
  /** The last node: for what needs no answer, such as names. */
  readonly node: ChatNode;
  /** Whether the node runs on when this process is done: it is that of another one. */
  readonly goesOn: boolean;
  /** Aborts when the node is gone and there can be no other one, with the reason. */
  readonly ended: AbortSignal;
  /**
   * Asks the node, and where it is gone before it answers, the next one.
   * @param request may be called several times
   * @throws whatever the node answers; the reason of `ended`
   */
  ask<Answer>(request: (node: ChatNode) => Promise<Answer>): Promise<Answer>;
  /** Tells of events from now on, until the result is disposed. */
  follow(follower: Follower): Disposable;
}
