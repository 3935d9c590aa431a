/** `/docs`: the API document for people, by Swagger UI, which sends requests too. */

import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";
import "./docs.css";

interface Operation {
  description?: string;
  "x-codeSamples": { source: string }[];
}

interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
}

const ADDRESS = "/openapi.json";
const dark = matchMedia("(prefers-color-scheme: dark)");

function paint(): void {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
}

/** Swagger UI does not show samples by itself. */
function showSamples(given: ApiDocument): ApiDocument {
  for (const operation of Object.values(given.paths).flatMap((item) => Object.values(item))) {
    const samples = operation["x-codeSamples"].map(({ source }) => `\`\`\`\n${source}\n\`\`\``);
    operation.description = [operation.description ?? "", ...samples].join("\n\n");
  }
  return given;
}

const READABLE = {
  components: {
    // A link inside of the button that opens the operation is none for a keyboard or a screen reader.
    DeepLink: ({ text }: { text: string }) => text,
    // There is one server: this one.
    ServersContainer: () => null,
  },
};

/** The document with its samples; nothing where it can't be had, which Swagger UI then says. */
async function load(): Promise<ApiDocument | undefined> {
  try {
    const answer = await fetch(ADDRESS);
    return answer.ok ? showSamples(await answer.json()) : undefined;
  } catch {
    return undefined;
  }
}

async function start(): Promise<void> {
  SwaggerUI({
    spec: await load(),
    url: ADDRESS,
    dom_id: "#docs",
    presets: [SwaggerUI.presets.apis],
    plugins: [READABLE],
    deepLinking: true,
    displayOperationId: true,
    defaultModelsExpandDepth: 0,
    // Otherwise it would ask a server on the internet whether the document is valid.
    validatorUrl: "none",
  });
}

paint();
dark.addEventListener("change", paint);
void start();
