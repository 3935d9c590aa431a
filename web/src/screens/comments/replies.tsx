/** The replies to a comment: folded, and loaded when somebody wants to see them. */

import { commentLists, listComments } from "~/api/people";
import { account } from "~/api/session";
import { Icon } from "~/components/icon";
import { usePages } from "~/components/paged";
import { Failed } from "~/components/states";
import { texts } from "~/locales";
import { people } from "~/locales/people";
import { OneComment, type Surroundings } from "~/screens/comments/comment";
import { type Row, unique, useThread } from "~/screens/comments/thread";

interface RepliesProps {
  parent: Row;
  /** One's own that were written here, the oldest first. */
  written: Row[];
  around: Surroundings;
  onChanged: (change: (written: Row[]) => Row[]) => void;
  /** There is one more that is shown, or fewer. */
  onCount: (by: number) => void;
  onReply: (to: Row) => void;
}

function List({ parent, written, around, onChanged, onCount, onReply }: RepliesProps) {
  const found = usePages(commentLists.replies(parent.id), listComments, [account.value]);
  const thread = useThread(found);
  const state = found.state.value;
  const rows = unique([...found.rows.value, ...written]);
  const put = (row: Row) => {
    thread.put(row);
    onChanged((rows) => rows.map((one) => (one.id === row.id ? row : one)));
  };
  const remove = (row: Row) => {
    thread.remove(row.id);
    onChanged((rows) => rows.filter((one) => one.id !== row.id));
  };
  return (
    <>
      <ul class="replies" aria-busy={state === "loading"}>
        {rows.map((row) => (
          <li key={row.id}>
            <OneComment
              row={row}
              around={{ ...around, put, remove, onCount }}
              onReply={() => onReply(row)}
            />
          </li>
        ))}
      </ul>
      {state === "failed" && (
        <Failed failure={found.failure.value} again={() => void found.more()} />
      )}
      {state === "loading" && rows.length === 0 && <p class="faint small">{texts.value.loading}</p>}
      {state === "idle" && rows.length > 0 && (
        <button type="button" class="plain-link" onClick={() => void found.more()}>
          {people.value.comments.moreReplies}
        </button>
      )}
    </>
  );
}

export function Replies(props: RepliesProps & { open: boolean; onOpen: (open: boolean) => void }) {
  const { parent, written, open, onOpen } = props;
  const t = people.value.comments;
  if (parent.replies === 0 && written.length === 0) return null;
  return (
    <div class="replies-part">
      <button type="button" class="fold-replies" aria-expanded={open} onClick={() => onOpen(!open)}>
        <Icon name="down" />
        {t.replies(Math.max(parent.replies, written.length))}
      </button>
      {open && <List {...props} />}
    </div>
  );
}
