/** Who is to see one's own video, where it is edited. */

import type { Failure } from "~/api/failure";
import type { Video, VideoChange, Visibility } from "~/api/types";
import { Field, Select } from "~/components/field";
import { texts } from "~/locales";
import { sharingTexts } from "~/locales/sharing";

const VISIBILITIES: Visibility[] = ["public", "unlisted", "private", "scheduled"];

export interface Sharing {
  visibility: Visibility;
  /** When it becomes public where it is scheduled, as its field has it: in local time, or "". */
  at: string;
}

/** A time as its field has it. */
function localTime(iso: string): string {
  const time = new Date(iso);
  // The field knows of no zone, and is written as UTC is.
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function sharingOf({ visibility = "public", publish_at: at }: Video): Sharing {
  return { visibility, at: at ? localTime(at) : "" };
}

/** What of it is to be sent. */
export function sharingChange(video: Video, { visibility, at }: Sharing): VideoChange {
  const before = sharingOf(video);
  const same = visibility === before.visibility;
  if (visibility !== "scheduled") return same ? {} : { visibility };
  return same && at === before.at ? {} : { visibility, publish_at: new Date(at).toISOString() };
}

/** What is wrong with it; `failure` is what the API said. */
export function sharingProblem({ visibility, at }: Sharing, failure: Failure | null): string {
  if (visibility !== "scheduled") return "";
  if (!at) return texts.value.problems.missing;
  const { code } = failure?.problem.problems?.["publish_at"] ?? {};
  if (code === "out_of_range") return sharingTexts.value.whenRange;
  return code ? texts.value.problems[code] : "";
}

interface FieldsProps {
  chosen: Sharing;
  onChosen: (chosen: Sharing) => void;
  /** What is wrong with the time. */
  problem: string;
}

export function SharingFields({ chosen, onChosen, problem }: FieldsProps) {
  const t = sharingTexts.value;
  const { visibility, at } = chosen;
  return (
    <>
      <Select
        label={t.label}
        hint={t.hints[visibility]}
        value={visibility}
        onValue={(visibility) => onChosen({ ...chosen, visibility })}
        choices={VISIBILITIES.map((one) => [one, t.names[one]])}
      />
      {visibility === "scheduled" && (
        <Field
          type="datetime-local"
          label={t.when}
          value={at}
          onValue={(at) => onChosen({ ...chosen, at })}
          error={problem}
        />
      )}
    </>
  );
}
