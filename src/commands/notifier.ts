/** Draws attention to messages that came where nobody looks, as the settings say. */
import type { Notifications } from "../config/config.ts";
import type { Conversation } from "../history/message_record.ts";
import { talkKey } from "../chat_screen/talks.ts";
import { noticeBytes, NoticeLimit, type NoticeWay, noticeWay } from "../terminal/notify.ts";
import type { CommandContext } from "./command.ts";

/** A message that is not in sight. */
export interface Unseen {
  readonly conversation: Conversation;
  /** Who it is from; need not be safe for a terminal, as the text. */
  readonly name: string;
  readonly text: string;
}

export class Notifier {
  readonly #context: Pick<CommandContext, "terminal" | "now">;
  readonly #way: NoticeWay;
  readonly #limit = new NoticeLimit();
  /** May be changed at any time. */
  setting: Notifications;

  constructor(
    context: Pick<CommandContext, "terminal" | "env" | "now">,
    setting: Notifications,
  ) {
    this.#context = context;
    this.#way = noticeWay(context.env);
    this.setting = setting;
  }

  /** Nothing where no person sits: a pipe gets no control characters. */
  tell({ conversation, name, text }: Unseen): void {
    const { terminal, now } = this.#context;
    if (this.setting === "off" || !terminal.interactive) return;
    if (!this.#limit.take(talkKey(conversation), now())) return;
    terminal.write(noticeBytes({ title: name, text }, this.setting, this.#way));
  }
}
