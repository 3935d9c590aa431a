/** Title and description of a video, wherever they are typed. */

import type { Failure } from "~/api/failure";
import type { VideoTexts } from "~/api/types";
import { Area, Field } from "~/components/field";
import { texts } from "~/locales";
import {
  descriptionProblem,
  found,
  type Problems,
  titleProblem,
  told,
} from "~/screens/field-rules";

/** What is wrong with them; `failure` is what the API said of them. */
export function textProblems(typed: VideoTexts, failure: Failure | null = null): Problems {
  const t = texts.value;
  const own = {
    title: titleProblem(typed.title, t),
    description: descriptionProblem(typed.description, t),
  };
  return { ...told(failure, t), ...found(own) };
}

/** A title from the name of a file: `holiday_2024-07.mp4` is `holiday 2024-07`. */
export function titleOf(name: string): string {
  const bare = name.replace(/\.[A-Za-z0-9]{1,5}$/, "").replaceAll("_", " ");
  return [...bare.trim()].slice(0, 255).join("");
}

interface FieldsProps {
  typed: VideoTexts;
  onTyped: (typed: VideoTexts) => void;
  problems: Problems;
}

export function TextFields({ typed, onTyped, problems }: FieldsProps) {
  const t = texts.value.send;
  return (
    <>
      <Field
        label={t.name}
        hint={t.nameHint}
        dir="auto"
        value={typed.title}
        onValue={(title) => onTyped({ ...typed, title })}
        error={problems.title}
      />
      <Area
        label={t.description}
        hint={t.descriptionHint}
        dir="auto"
        value={typed.description}
        onValue={(description) => onTyped({ ...typed, description })}
        error={problems.description}
      />
    </>
  );
}
