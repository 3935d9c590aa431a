/** What the API sends and takes, from its document (`npm run types` writes `generated/`). */

import type { components } from "../../generated/api";

type Schemas = components["schemas"];

export type Video = Schemas["UniversalObject"];
export type Me = Schemas["MeRow"];
export type Session = Schemas["SessionRow"];
export type SignedIn = Schemas["SignedIn"];
export type SignUp = Schemas["SignUpBody"];
/** What a person writes of a video. */
export type VideoTexts = Schemas["UploadBody"];
export type MeChange = Schemas["PatchMeBody"];
export type Code = Schemas["Code"];
/** What may be wrong with one field. */
export type FieldCode = Schemas["FieldCode"];

/** A failure as the API tells it, or `offline`: nothing answered. */
export type Problem = Omit<Schemas["Problem"], "error"> & { error: Code | "offline" };
