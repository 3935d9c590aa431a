// Uploads a file with an unchanged client of tus, and prints what became of it, a line of JSON each.
//
//     node upload.mjs '{"client": "tus-js-client" or "uppy", "modules": folder, "endpoint": address,
//                       "token": file, "file": path, "chunk": bytes, "parallel": number}'
//
// The token is read anew before each request, as pages renew theirs by the clock.

import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const asked = JSON.parse(process.argv[2]);
const modules = createRequire(path.join(asked.modules, "none.js"));
const say = (event) => console.log(JSON.stringify(event));
const load = (name) => import(pathToFileURL(modules.resolve(name)).href);

const options = {
  endpoint: asked.endpoint,
  chunkSize: asked.chunk ?? Number.POSITIVE_INFINITY,
  parallelUploads: asked.parallel ?? 1,
  onBeforeRequest(request) {
    request.setHeader("Authorization", fs.readFileSync(asked.token, "utf-8"));
  },
  onAfterResponse(request, response) {
    const given = request.getHeader("Upload-Offset");
    say({ method: request.getMethod(), status: response.getStatus(), offset: given ?? null });
  },
};

function isRetried(error, attempt, given) {
  const status = error.originalResponse ? error.originalResponse.getStatus() : 0;
  const isClients = status >= 400 && status < 500;
  return !isClients || [401, 409, 423].includes(status);
}

async function withTus() {
  const tus = await load("tus-js-client");
  const size = fs.statSync(asked.file).size;
  await new Promise((resolve) => {
    const upload = new tus.Upload(fs.createReadStream(asked.file), {
      ...options,
      uploadSize: asked.parallel > 1 ? undefined : size,
      metadata: { filename: path.basename(asked.file), title: "By tus-js-client" },
      onShouldRetry: isRetried,
      onError(error) {
        say({ failed: String(error) });
        resolve();
      },
      onSuccess() {
        say({ url: upload.url });
        resolve();
      },
    });
    upload.start();
  });
}

async function withUppy() {
  const { Uppy } = await load("@uppy/core");
  const { default: Tus } = await load("@uppy/tus");
  const uppy = new Uppy({ autoProceed: false });
  uppy.use(Tus, { ...options, allowedMetaFields: true });
  const data = fs.createReadStream(asked.file);
  data.size = fs.statSync(asked.file).size;
  uppy.addFile({ name: path.basename(asked.file), type: "video/mp4", data, size: data.size });
  const done = await uppy.upload();
  for (const file of done.successful) say({ url: file.uploadURL });
  for (const file of done.failed) say({ failed: String(file.error) });
}

await (asked.client === "uppy" ? withUppy() : withTus());
