/**
 * The question for a text of `@inquirer/prompts`, which also says while one types what would be wrong
 * with the answer. It waits for a pause, so that nothing flickers, and says it beside the point: nobody
 * is wrong before Enter.
 *
 * Keys are those of the library's question: Tab takes the proposal to edit it, Backspace drops it.
 */
import {
  createPrompt,
  isBackspaceKey,
  isEnterKey,
  isTabKey,
  makeTheme,
  useEffect,
  useKeypress,
  usePrefix,
  useState,
} from "@inquirer/core";
import type { promptTheme } from "./theme.ts";

export interface LiveInputConfig {
  readonly message: string;
  /** The answer when nothing is typed; "" for none. */
  readonly default: string;
  /** What is wrong with an answer, in one line. */
  readonly validate: (text: string) => Promise<string | undefined>;
  readonly theme: ReturnType<typeof promptTheme>;
}

/** What was found wrong, and whether the person had finished. */
interface Fault {
  readonly text: string;
  readonly isFinal: boolean;
}

/** As long as a person who types does not pause. */
const PAUSE_MS = 400;

/** Resolves to the text, for which `validate` found nothing. */
export const liveInput = createPrompt<string, LiveInputConfig>((config, done) => {
  const theme = makeTheme(config.theme);
  const [status, setStatus] = useState<"idle" | "loading" | "done">("idle");
  const [proposal, setProposal] = useState(config.default);
  const [value, setValue] = useState("");
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const prefix = usePrefix({ status, theme });

  useEffect(() => {
    if (value === "" || status !== "idle" || fault?.isFinal) return;
    let isLate = false;
    const look = async () => {
      const text = await config.validate(value);
      if (!isLate && text !== undefined) setFault({ text, isFinal: false });
    };
    // What goes wrong with looking itself is told at Enter, which looks again.
    const timer = setTimeout(() => look().catch(() => {}), PAUSE_MS);
    return () => {
      isLate = true;
      clearTimeout(timer);
    };
  }, [value, status]);

  useKeypress(async (key, line) => {
    if (status !== "idle") return;
    if (isEnterKey(key)) {
      const answer = value || proposal;
      setStatus("loading");
      const text = await config.validate(answer);
      if (text === undefined) {
        setValue(answer);
        setFault(undefined);
        setStatus("done");
        done(answer);
        return;
      }
      // Readline forgot the line, which is to be corrected.
      line.write(value);
      setFault({ text, isFinal: true });
      setStatus("idle");
    } else if (isBackspaceKey(key) && value === "") {
      setProposal("");
    } else if (isTabKey(key) && value === "") {
      setProposal("");
      line.clearLine(0);
      line.write(proposal);
      setValue(proposal);
    } else if (line.line !== value) {
      setValue(line.line);
      setFault(undefined);
    }
  });

  const { style } = theme;
  const parts = [
    prefix,
    style.message(config.message, status),
    ...(proposal !== "" && status !== "done" && value === ""
      ? [style.defaultAnswer(proposal)]
      : []),
    status === "done" ? style.answer(value) : value,
  ];
  const tone = fault?.isFinal ? style.error : style.help;
  return [parts.join(" "), fault === undefined ? "" : tone(fault.text)];
});
