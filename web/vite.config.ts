import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

// Where a Vireo runs for `npm run dev`: pages come from Vite, everything else from there.
const VIREO = process.env.VIREO_URL ?? "http://localhost:8080";
const API =
  "^/(sign_in|sign_up|sign_out|token|sessions|me|email|password|channel|upload|v|video|videos|hls|thumbnails|previews|storyboard|captions|granted|search|feed|notifications|playlists|comments|reports|admin|healthz|openapi\\.json)(/|$)";

/** Beside each file of text its compressed form, which nginx sends as it is (`gzip_static`). */
function compressed(): Plugin {
  return {
    name: "compressed",
    // When the files are written they are as they will be sent.
    writeBundle({ dir = "" }, bundle) {
      for (const name of Object.keys(bundle)) {
        const text = readFileSync(join(dir, name));
        if (!/\.(js|css|svg|html)$/.test(name) || text.length < 1000) continue;
        writeFileSync(join(dir, `${name}.gz`), gzipSync(text, { level: 9 }));
      }
    },
  };
}

/** Parts of hls.js that Vireo's streams have no use for. */
const UNUSED = [
  "subtitleStreamController",
  "subtitleTrackController",
  "timelineController",
  "emeController",
  "cmcdController",
  "contentSteeringController",
  "iframeController",
  "interstitialsController",
];

/**
 * hls.js without encryption, its own captions, advertisements and statistics: a quarter of its bytes
 * (ADR 0059). Its light build leaves the same out, and sound that is apart from the picture too.
 */
function smallerHls(): Plugin {
  return {
    name: "smaller-hls",
    transform(code, id) {
      if (!/\/hls\.js\/dist\/hls\.mjs$/.test(id)) return;
      return UNUSED.reduce((text, name) => {
        const parts = text.split(new RegExp(`^  ${name}: [A-Z]\\w+ ?(?=,?$)`, "m"));
        if (parts.length !== 2) this.error(`hls.js sets ${name} elsewhere in this version`);
        return parts.join(`  ${name}: undefined`);
      }, code);
    },
  };
}

export default defineConfig({
  plugins: [compressed(), smallerHls()],
  resolve: {
    alias: {
      "~": new URL("./src", import.meta.url).pathname,
      // The same as it was written: its packaged form, for old browsers, is twice as large.
      "tus-js-client": "tus-js-client/lib/browser/index.js",
    },
  },
  build: {
    outDir: process.env.VIREO_PAGE_OUT ?? "../build/page",
    emptyOutDir: true,
    target: "es2022",
    rollupOptions: { input: ["index.html", "docs.html"] },
    // Swagger UI comes in one piece.
    chunkSizeWarningLimit: 2000,
    // The content policy has no place for data: addresses.
    assetsInlineLimit: 0,
    // An inline script would be against it too.
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      [API]: {
        target: VIREO,
        // Links of mails share their address with what they call.
        bypass: (request) =>
          request.method === "GET" && request.headers.accept?.includes("text/html")
            ? "/index.html"
            : undefined,
      },
    },
  },
});
