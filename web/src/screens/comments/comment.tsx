/** One comment: its words, and what can be done with it. */

import { useState } from "preact/hooks";
import { approveComment, deleteComment, editComment, likeComment, pinComment } from "~/api/people";
import { account, isSame } from "~/api/session";
import type { Video } from "~/api/types";
import { isGone } from "~/api/videos";
import { useAct } from "~/components/action";
import { Avatar, Theirs } from "~/components/avatar";
import { Button } from "~/components/button";
import { When } from "~/components/card";
import { Confirm } from "~/components/dialog";
import { sentence } from "~/components/failure-text";
import { Folded } from "~/components/folded";
import { Icon } from "~/components/icon";
import { lazy } from "~/components/lazy";
import { type Choice, MoreMenu } from "~/components/more-menu";
import { useOptimistic } from "~/components/optimistic";
import { signedIn } from "~/components/sign-in-first";
import { Complaint } from "~/components/states";
import { say } from "~/components/toast";
import { texts } from "~/locales";
import { count } from "~/locales/formats";
import { people } from "~/locales/people";
import { to } from "~/routes";
import { CommentForm } from "~/screens/comments/form";
import type { Row } from "~/screens/comments/thread";

const Report = lazy(
  async () => (await import("~/screens/report")).Report,
  () => null,
);

/** What a comment stands among. */
export interface Surroundings {
  video: Video;
  seek: (seconds: number) => void;
  put: (row: Row) => void;
  remove: (row: Row) => void;
  /** There is one more that is shown, or fewer. */
  onCount: (by: number) => void;
  /** For comments of the video itself. */
  onReplied?: (id: number, by: number) => void;
  onPinned?: (row: Row) => void;
}

interface OneProps {
  row: Row;
  around: Surroundings;
  onReply: () => void;
}

const isMine = (name: string | undefined) =>
  account.value !== null && isSame(account.value, name ?? "");

function Head({ row, video }: { row: Row; video: Video }) {
  const t = people.value.comments;
  const name = row.channel ?? "";
  return (
    <p class="comment-head small">
      <a class={isSame(name, video.channel) ? "quiet by-owner" : "quiet"} href={to.channel(name)}>
        <Theirs text={name} />
      </a>
      {isSame(name, video.channel) && <span class="unseen"> ({t.owner})</span>}
      <span class="faint">{row.created && <When iso={row.created} />}</span>
      {row.edited && <span class="faint">({t.edited})</span>}
      {row.pinned && (
        <span class="faint pinned">
          <Icon name="pin" />
          {t.pinned}
        </span>
      )}
      {row.state === "review" && <span class="chip">{t.inReview}</span>}
    </p>
  );
}

function Like({ row, onKnown }: { row: Row; onKnown: (row: Row) => void }) {
  const t = people.value.comments;
  const [shown, want] = useOptimistic<Row>(
    row,
    (wanted) => likeComment(row.id, wanted.my_like === true),
    onKnown,
  );
  const { likes = 0, my_like: mine = false } = shown;
  async function press(): Promise<void> {
    if (await signedIn()) want({ ...shown, my_like: !mine, likes: likes + (mine ? -1 : 1) });
  }
  return (
    <button
      type="button"
      class="button small-act"
      aria-pressed={mine}
      title={t.like}
      onClick={() => void press()}
    >
      <Icon name="like" />
      <span class="unseen">{t.likeOf(row.channel ?? "")} – </span>
      {count(likes)}
    </button>
  );
}

interface AskedProps extends OneProps {
  onClose: () => void;
}

function Remove({ row, around, onClose }: AskedProps) {
  const t = people.value.comments;
  const act = useAct();
  const remove = () =>
    void act.run(async () => {
      await deleteComment(row.id).catch((failure: unknown) => {
        // Somebody was quicker.
        if (!isGone(failure)) throw failure;
      });
      if (row.state === "shown") around.onCount(-1);
      // Replies keep their place.
      if (row.replies > 0) around.put({ id: row.id, state: "deleted", replies: row.replies });
      else around.remove(row);
      say(t.deleted);
      onClose();
    });
  return (
    <Confirm
      title={t.sure}
      hint={t.sureHint}
      yes={texts.value.studio.remove}
      busy={act.busy}
      onYes={remove}
      onClose={onClose}
    >
      {act.failure && <Complaint>{sentence(act.failure)}</Complaint>}
    </Confirm>
  );
}

function Edit({ row, around, onClose }: AskedProps) {
  const t = people.value.comments;
  async function save(text: string): Promise<void> {
    const now = await editComment(row.id, text);
    if (row.state === "shown" && now.state === "review") around.onCount(-1);
    around.put(now);
  }
  return (
    <CommentForm
      draft={`edit ${row.id}`}
      label={t.editLabel}
      submit={texts.value.save}
      first={row.text ?? ""}
      ahead={false}
      focus
      onSend={save}
      onDone={onClose}
      onCancel={onClose}
    />
  );
}

function useChoices({ row, around }: OneProps, ask: (what: "edit" | "remove" | "report") => void) {
  const t = people.value.comments;
  const act = useAct();
  const mine = isMine(row.channel);
  const owner = isMine(around.video.channel);
  const { onPinned } = around;
  const pin = () =>
    void act.run(async () => {
      try {
        onPinned?.(await pinComment(row.id, !row.pinned));
      } catch (failure) {
        say(sentence(failure));
      }
    });
  const choices: Choice[] = [];
  if (mine) choices.push({ text: t.edit, act: () => ask("edit") });
  if (owner && onPinned && row.state === "shown")
    choices.push({ text: row.pinned ? t.unpin : t.pin, act: pin });
  if (mine || owner) choices.push({ text: t.remove, act: () => ask("remove") });
  if (!mine) choices.push({ text: t.report, act: () => ask("report") });
  return choices;
}

function Approve({ row, around }: OneProps) {
  const act = useAct();
  const approve = () =>
    void act.run(async () => {
      try {
        around.put(await approveComment(row.id));
        around.onCount(1);
      } catch (failure) {
        say(sentence(failure));
      }
    });
  return (
    <Button busy={act.busy} onClick={approve}>
      <Icon name="check" />
      {people.value.comments.approve}
    </Button>
  );
}

function Deleted() {
  return (
    <div class="comment">
      <span class="avatar nobody" aria-hidden="true" />
      <p class="faint words">{people.value.comments.wasDeleted}</p>
    </div>
  );
}

export function OneComment({ row, around, onReply }: OneProps) {
  const t = people.value.comments;
  const [asked, setAsked] = useState<"edit" | "remove" | "report" | null>(null);
  const ask = async (what: "edit" | "remove" | "report") => {
    if (await signedIn()) setAsked(what);
  };
  const choices = useChoices({ row, around, onReply }, (what) => void ask(what));
  if (row.state === "deleted") return <Deleted />;
  const name = row.channel ?? "";
  const props = { row, around, onReply, onClose: () => setAsked(null) };
  const reviews = row.state === "review" && isMine(around.video.channel);
  const closed = around.video.comments_policy === "closed";
  return (
    <article class={row.pending ? "comment pending" : "comment"} aria-busy={row.pending}>
      <Avatar name={name} />
      <div class="words">
        <Head row={row} video={around.video} />
        {asked === "edit" ? (
          <Edit {...props} />
        ) : (
          <Folded text={row.text ?? ""} letters={500} seek={around.seek} mentions />
        )}
        {!row.pending && (
          <div class="comment-acts">
            {row.state === "shown" && <Like row={row} onKnown={around.put} />}
            {row.state === "shown" && !closed && (
              <button type="button" class="button small-act" onClick={onReply}>
                {t.reply}
                <span class="unseen"> – {name}</span>
              </button>
            )}
            {reviews && <Approve {...props} />}
            <MoreMenu label={t.moreOf(name)} choices={choices} />
          </div>
        )}
      </div>
      {asked === "remove" && <Remove {...props} />}
      {asked === "report" && (
        <Report subject={{ comment: row.id }} name={name} onClose={props.onClose} />
      )}
    </article>
  );
}
