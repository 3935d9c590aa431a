/** A section that an address can name: `/account?show=notices`. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { place } from "~/router";

interface AnchorProps {
  name: string;
  /** Whether it has its height. */
  ready: boolean;
  children: ComponentChildren;
}

export function Anchor({ name, ready, children }: AnchorProps) {
  const box = useRef<HTMLDivElement>(null);
  const wanted = place.value.query.get("show") === name;
  useEffect(() => {
    if (ready && wanted) box.current?.scrollIntoView({ block: "start" });
  }, [ready, wanted]);
  return (
    <div class="anchor" ref={box}>
      {children}
    </div>
  );
}
