/** The frame of a section of the account. */

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  const id = useId();
  return (
    <section class="section" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}
