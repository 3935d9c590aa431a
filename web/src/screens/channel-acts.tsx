/** What one can do with a channel but to watch it: report it, block it. */

import { useState } from "preact/hooks";
import { isBlocked, unblock } from "~/api/people";
import { account } from "~/api/session";
import { sentence } from "~/components/failure-text";
import { type Choice, MoreMenu } from "~/components/more-menu";
import { signedIn } from "~/components/sign-in-first";
import { say } from "~/components/toast";
import { people } from "~/locales/people";
import { Block } from "~/screens/channel-block";
import { Report } from "~/screens/report";

export function ChannelActs({ name }: { name: string }) {
  const t = people.value.channelAbout;
  const [asked, setAsked] = useState<"block" | "report" | null>(null);
  // Unknown until the menu is opened: the API says it by a list.
  const [blocked, setBlocked] = useState<boolean | null>(null);
  const ask = async (what: "block" | "report") => {
    if (await signedIn()) setAsked(what);
  };
  async function look(): Promise<void> {
    if (!account.peek()) return;
    try {
      setBlocked(await isBlocked(name));
    } catch {
      // To block is offered then: twice is as once.
      setBlocked(null);
    }
  }
  async function end(): Promise<void> {
    try {
      await unblock(name);
    } catch (failure) {
      return say(sentence(failure));
    }
    setBlocked(false);
    say(t.unblocked(name));
  }
  const choices: Choice[] = [
    { text: t.report, act: () => void ask("report") },
    blocked
      ? { text: t.unblock(name), act: () => void end() }
      : { text: t.block(name), act: () => void ask("block") },
  ];
  return (
    <>
      <MoreMenu label={t.moreActs(name)} choices={choices} onOpen={() => void look()} />
      {asked === "block" && (
        <Block name={name} onClose={() => setAsked(null)} onBlocked={() => setBlocked(true)} />
      )}
      {asked === "report" && (
        <Report subject={{ channel: name }} name={name} onClose={() => setAsked(null)} />
      )}
    </>
  );
}
