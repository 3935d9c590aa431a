/** Sign up: every rule is told while one types, every error stands at its field. */

import { useState } from "preact/hooks";
import { signUp } from "~/api/accounts";
import { Failure } from "~/api/failure";
import { newKey } from "~/api/http";
import { signIn } from "~/api/session";
import { useAct } from "~/components/action";
import { Button } from "~/components/button";
import { sentence } from "~/components/failure-text";
import { Field, lookAtFirstError, Password } from "~/components/field";
import { PasswordRules } from "~/components/password-rules";
import { Complaint } from "~/components/states";
import { useTitle } from "~/components/title";
import { say } from "~/components/toast";
import { texts } from "~/locales";
import type { Texts } from "~/locales/en";
import { go } from "~/router";
import { BirthField } from "~/screens/birth-date";
import {
  birthProblem,
  emailProblem,
  found,
  nameProblem,
  type Problems,
  passwordProblem,
  told,
  usernameProblem,
} from "~/screens/field-rules";

const EMPTY = {
  fname: "",
  mname: "",
  lname: "",
  username: "",
  email: "",
  password: "",
  birth: { day: "", month: "", year: "" },
};
type Typed = typeof EMPTY;

function problemsOf(typed: Typed, t: Texts): Problems {
  return found({
    fname: nameProblem(typed.fname, true, t),
    mname: nameProblem(typed.mname, false, t),
    lname: nameProblem(typed.lname, true, t),
    username: usernameProblem(typed.username, t),
    email: emailProblem(typed.email.trim(), t),
    password: passwordProblem(typed.password, t),
    birth: birthProblem(typed.birth.year, typed.birth.month, typed.birth.day, t),
  });
}

function detailsOf({ birth, email, ...rest }: Typed) {
  const date = { day: Number(birth.day), month: Number(birth.month), year: Number(birth.year) };
  return { ...rest, email: email.trim(), ...date };
}

export function SignUp() {
  const t = texts.value;
  const [typed, setTyped] = useState(EMPTY);
  const [left, setLeft] = useState<Partial<Record<keyof Typed, boolean>>>({});
  const [refused, setRefused] = useState<Problems>({});
  const [key, setKey] = useState(newKey);
  const act = useAct();
  useTitle(t.join.title);

  const own = problemsOf(typed, t);
  const errorOf = (field: keyof Typed) => refused[field] ?? (left[field] ? own[field] : undefined);
  const set = <K extends keyof Typed>(field: K, value: Typed[K]) => {
    setTyped((now) => ({ ...now, [field]: value }));
    setRefused(({ [field]: _, ...others }) => others);
    setKey(newKey());
  };
  const bind = (field: Exclude<keyof Typed, "birth">) => ({
    value: typed[field],
    onValue: (value: string) => set(field, value),
    onBlur: () => setLeft((now) => ({ ...now, [field]: typed[field] !== "" || now[field] })),
    error: errorOf(field),
  });

  function submit(event: Event): void {
    event.preventDefault();
    setLeft(Object.fromEntries(Object.keys(EMPTY).map((field) => [field, true])));
    if (Object.keys(own).length) {
      lookAtFirstError();
      return;
    }
    void act.run(async () => {
      try {
        await signUp(detailsOf(typed), key);
      } catch (failure) {
        setRefused(told(failure instanceof Failure ? failure : null, t));
        lookAtFirstError();
        throw failure;
      }
      await signIn(typed.username, typed.password);
      say(t.welcome(typed.username));
      go("/");
    });
  }

  const elsewhere = act.failure && !act.failure.fields.length;
  return (
    <div class="screen narrow">
      <h1>{t.join.title}</h1>
      <form class="form" onSubmit={submit} noValidate>
        {elsewhere && <Complaint>{sentence(act.failure)}</Complaint>}
        <Field
          label={t.join.username}
          hint={t.join.usernameHint}
          autoComplete="username"
          autoCapitalize="none"
          spellcheck={false}
          {...bind("username")}
        />
        <div class="pair">
          <Field label={t.join.fname} autoComplete="given-name" {...bind("fname")} />
          <Field label={t.join.lname} autoComplete="family-name" {...bind("lname")} />
        </div>
        <Field label={t.join.mname} autoComplete="additional-name" {...bind("mname")} />
        <Field
          label={t.join.email}
          hint={t.join.emailHint}
          type="email"
          autoComplete="email"
          {...bind("email")}
        />
        <Password
          label={t.join.password}
          hint={<PasswordRules password={typed.password} common={Boolean(refused.password)} />}
          autoComplete="new-password"
          {...bind("password")}
        />
        <BirthField
          value={typed.birth}
          onValue={(birth) => set("birth", birth)}
          onLeave={() =>
            setLeft((now) => ({ ...now, birth: typed.birth.year !== "" || (now.birth ?? false) }))
          }
          error={errorOf("birth")}
        />
        <Button type="submit" kind="main" busy={act.busy}>
          {t.join.submit}
        </Button>
      </form>
      <p class="beside">
        {t.join.haveAccount} <a href="/enter">{t.nav.signIn}</a>
      </p>
    </div>
  );
}
