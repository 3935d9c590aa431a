/** Title and description of a video, wherever they are typed. */

import type { VideoTexts } from "~/api/types";
import { Area, Field } from "~/parts/field";
import { descriptionProblem, found, type Problems, titleProblem } from "~/screens/rules";
import { texts } from "~/texts";

/** What is wrong with them; `refused` is what the API said of fields. */
export function textProblems(typed: VideoTexts, refused: Problems = {}): Problems {
  const t = texts.value.send;
  const own = {
    title: titleProblem(typed.title, t),
    description: descriptionProblem(typed.description, t),
  };
  return { ...refused, ...found(own) };
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
