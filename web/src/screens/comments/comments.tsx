/** The comments of a video. */

import { useRef, useState } from "preact/hooks";
import { commentLists, listComments, postComment } from "~/api/people";
import { account, isSame } from "~/api/session";
import type { CommentSort, Video } from "~/api/types";
import { End } from "~/components/grid";
import { usePages } from "~/components/paged";
import { Failed } from "~/components/states";
import { texts } from "~/locales";
import { people } from "~/locales/people";
import { OneComment, type Surroundings } from "~/screens/comments/comment";
import { CommentForm } from "~/screens/comments/form";
import { Replies } from "~/screens/comments/replies";
import { type Row, type Thread, toBe, unique, useThread } from "~/screens/comments/thread";
import { CommentsToBe, type TalkProps } from "~/screens/talk";
import "~/screens/comments/comments.css";

function Sort({ sort, onSort }: { sort: CommentSort; onSort: (sort: CommentSort) => void }) {
  const t = people.value.comments;
  return (
    <fieldset class="choice sort">
      <legend class="unseen">{t.sort}</legend>
      {(["new", "top"] as const).map((one) => (
        <label key={one}>
          <input
            type="radio"
            name="comments-sort"
            checked={sort === one}
            onChange={() => onSort(one)}
          />
          <span>{t.sorts[one]}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface WithRepliesProps {
  row: Row;
  around: Surroundings;
}

/** A comment of the video itself, with what is written below it. */
function WithReplies({ row, around }: WithRepliesProps) {
  const t = people.value.comments;
  const { video } = around;
  const [open, setOpen] = useState(false);
  const [written, setWritten] = useState<Row[]>([]);
  // Whom one replies to.
  const [target, setTarget] = useState<Row | null>(null);

  function onCount(by: number): void {
    around.onCount(by);
    around.onReplied?.(row.id, by);
  }

  async function reply(text: string, key: string): Promise<void> {
    const to = target ?? row;
    const one = toBe(video.thumbnail, account.peek() ?? "", text, row.id);
    setOpen(true);
    setWritten((rows) => [...rows, one]);
    try {
      const made = await postComment(video.thumbnail, text, to.id, key);
      setWritten((rows) => rows.map((row) => (row.id === one.id ? made : row)));
      if (made.state === "shown") onCount(1);
    } catch (failure) {
      setWritten((rows) => rows.filter(({ id }) => id !== one.id));
      throw failure;
    }
  }

  // Replies can't be pinned.
  const { onPinned: _, onReplied: __, ...below } = around;
  return (
    <>
      <OneComment row={row} around={around} onReply={() => setTarget(row)} />
      <div class="below-comment">
        <Replies
          parent={row}
          written={written}
          around={below}
          open={open}
          onOpen={setOpen}
          onChanged={setWritten}
          onCount={onCount}
          onReply={setTarget}
        />
        {target && (
          <CommentForm
            key={target.id}
            draft={`reply ${target.id}`}
            label={t.replyTo(target.channel ?? "")}
            submit={t.reply}
            first={target.id === row.id ? "" : `@${target.channel} `}
            ahead
            focus
            onSend={reply}
            onDone={() => setTarget(null)}
            onCancel={() => setTarget(null)}
          />
        )}
      </div>
    </>
  );
}

interface WriteProps {
  video: Video;
  thread: Thread;
  onCount: (by: number) => void;
}

function Write({ video, thread, onCount }: WriteProps) {
  const t = people.value.comments;
  async function post(text: string, key: string): Promise<void> {
    const one = toBe(video.thumbnail, account.peek() ?? "", text, null);
    thread.begin(one);
    try {
      const made = await postComment(video.thumbnail, text, null, key);
      thread.arrive(made, one.id);
      if (made.state === "shown") onCount(1);
    } catch (failure) {
      thread.remove(one.id);
      throw failure;
    }
  }
  const mine = account.value !== null && isSame(account.value, video.channel);
  if (video.comments_policy === "closed") return <p class="faint closed">{t.closed}</p>;
  return (
    <>
      <CommentForm
        draft={`comment ${video.thumbnail}`}
        label={t.write}
        submit={t.send}
        ahead
        onSend={post}
      />
      {video.comments_policy === "review" && !mine && <p class="faint small">{t.reviewed}</p>}
    </>
  );
}

export function Comments({ video, seek, onCount }: TalkProps) {
  const t = people.value.comments;
  const [sort, setSort] = useState<CommentSort>("new");
  const found = usePages(commentLists.ofVideo(video.thumbnail, sort), listComments, [
    account.value,
  ]);
  const thread = useThread(found);
  const state = found.state.value;
  const come = state === "end" || state === "failed" || found.rows.value.length > 0;
  // What is shown stays until it is known anew: who signs in to answer, goes on with it.
  const shown = useRef(found);
  if (come && state !== "loading") shown.current = found;
  const rows = unique(shown.current.rows.value);
  const around: Surroundings = {
    video,
    seek,
    onCount,
    put: (row) => thread.put(row),
    remove: (row) => thread.remove(row.id),
    onReplied: (id, by) => thread.replied(id, by),
    onPinned: (row) => thread.pin(row),
  };
  return (
    <div class="comments">
      <Write video={video} thread={thread} onCount={onCount} />
      {rows.length > 1 || sort === "top" ? <Sort sort={sort} onSort={setSort} /> : null}
      <ul class="comments-list" aria-busy={state === "loading"}>
        {rows.map((row) => (
          <li key={row.id}>
            <WithReplies row={row} around={around} />
          </li>
        ))}
      </ul>
      {state === "loading" && rows.length === 0 && <CommentsToBe />}
      {state === "end" && rows.length === 0 && video.comments_policy !== "closed" && (
        <p class="faint">{t.none}</p>
      )}
      {state === "failed" && (
        <Failed failure={found.failure.value} again={() => void found.more()} />
      )}
      {state === "idle" && rows.length > 0 && <End listing={found} />}
      {state === "loading" && rows.length > 0 && <p class="faint small">{texts.value.loading}</p>}
    </div>
  );
}
