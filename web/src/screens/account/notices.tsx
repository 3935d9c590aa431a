/** What one is told of: kind by kind, here and by mail, and how often in one mail. */

import { useRef, useState } from "preact/hooks";
import { Failure, SignedOut } from "~/api/failure";
import { changeNoticeSettings, showNoticeSettings } from "~/api/notices";
import type { NoticeChange, NoticeKind, NoticeSettings } from "~/api/types";
import { sentence } from "~/components/failure-text";
import { useLoad } from "~/components/loaded";
import { Complaint, Failed } from "~/components/states";
import { own } from "~/locales/own";
import { Anchor } from "~/screens/account/anchor";
import { Section } from "~/screens/account/section";
import "~/screens/account/notices.css";

const WAYS = ["app", "mail"] as const;
const DIGESTS = ["off", "daily", "weekly"] as const;

interface KindsProps {
  settings: NoticeSettings;
  onChange: (change: NoticeChange) => void;
}

function Kinds({ settings, onChange }: KindsProps) {
  const t = own.value.notices;
  // What a newer server has as well is not shown: there are no words for it.
  const known = Object.keys(t.kindNames) as NoticeKind[];
  const rows = known.flatMap((kind) => {
    const wanted = settings.kinds[kind];
    return wanted ? [{ kind, wanted }] : [];
  });
  return (
    <table class="notice-kinds">
      <thead>
        <tr>
          <td />
          <th scope="col">{t.inApp}</th>
          <th scope="col">{t.byMail}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ kind, wanted }) => (
          <tr key={kind}>
            <th scope="row">{t.kindNames[kind]}</th>
            {WAYS.map((way) => (
              <td key={way}>
                <label>
                  <span class="unseen">
                    {t.kindNames[kind]} – {way === "app" ? t.inApp : t.byMail}
                  </span>
                  <input
                    type="checkbox"
                    checked={wanted[way]}
                    onChange={(event) =>
                      onChange({ kinds: { [kind]: { [way]: event.currentTarget.checked } } })
                    }
                  />
                </label>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The settings after a change, before the server has said so. */
function changed(settings: NoticeSettings, change: NoticeChange): NoticeSettings {
  const kinds = { ...settings.kinds };
  for (const [kind, { app, mail }] of Object.entries(change.kinds ?? {})) {
    const before = kinds[kind];
    if (before) kinds[kind] = { app: app ?? before.app, mail: mail ?? before.mail };
  }
  return { kinds, digest: change.digest ?? settings.digest };
}

function Form({ first }: { first: NoticeSettings }) {
  const t = own.value.notices;
  const [settings, setSettings] = useState(first);
  const [failure, setFailure] = useState<Failure | null>(null);
  const kept = useRef(first);
  // One after the other: what is said last is what counts.
  const line = useRef(Promise.resolve());
  function change(wanted: NoticeChange): void {
    setFailure(null);
    setSettings((now) => changed(now, wanted));
    line.current = line.current.then(async () => {
      try {
        kept.current = await changeNoticeSettings(wanted);
      } catch (cause) {
        setSettings(kept.current);
        if (cause instanceof Failure) setFailure(cause);
        else if (!(cause instanceof SignedOut)) throw cause;
      }
    });
  }
  return (
    <>
      {failure && <Complaint>{sentence(failure)}</Complaint>}
      <Kinds settings={settings} onChange={change} />
      <fieldset class="digests">
        <legend>{t.digest}</legend>
        {DIGESTS.map((digest) => (
          <label key={digest}>
            <input
              type="radio"
              name="digest"
              checked={settings.digest === digest}
              onChange={() => change({ digest })}
            />{" "}
            {t.digests[digest]}
          </label>
        ))}
      </fieldset>
    </>
  );
}

export function NoticesSection() {
  const t = own.value.notices;
  const [found, again] = useLoad(showNoticeSettings, []);
  const ready = found.state === "ready";
  return (
    <Anchor name="notices" ready={ready}>
      <Section title={t.title}>
        <p class="faint">{t.sectionHint}</p>
        {found.state === "failed" && <Failed failure={found.failure} again={again} />}
        {found.state === "loading" && <div class="notice-kinds-to-be skeleton" />}
        {found.state === "ready" && <Form first={found.value} />}
      </Section>
    </Anchor>
  );
}
