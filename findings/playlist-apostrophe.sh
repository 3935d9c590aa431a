#!/bin/sh
# In a playlist of HLS a quoted string ends at the next double quote (RFC 8216, 4.2); an
# apostrophe is a character like any other. hls-parser takes it for the beginning of another
# string: after NAME="Director's cut" the rest of the line is part of the name, so that the
# captions have neither a language nor an address, and nothing is thrown. m3u8-parser, which
# video.js has, reads the line right.
# Seen with hls-parser 0.16.1 and m3u8-parser 7.2.0.
# Vireo: services/media core/playlists.py, `_quoted`, writes apostrophes.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund hls-parser@0.16.1 m3u8-parser@7.2.0 >npm.log 2>&1 ||
  { cat npm.log; exit 1; }
cat >run.cjs <<'JS'
const HLS = require("hls-parser");
const { Parser } = require("m3u8-parser");

for (const name of ["hls-parser", "m3u8-parser"]) {
  console.log(name, require(`./node_modules/${name}/package.json`).version);
}
// Doubts about a playlist are only printed unless it is strict.
HLS.setOptions({ silent: true });
const found = [];
for (const name of ["The cut", "Director's cut"]) {
  const text = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",NAME="${name}",LANGUAGE="en",URI="en.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1000,CODECS="avc1.4d401e",SUBTITLES="captions"
360.m3u8
`;
  const [one] = HLS.parse(text).variants[0].subtitles;
  const parser = new Parser();
  parser.push(text);
  parser.end();
  const [[key, other]] = Object.entries(parser.manifest.mediaGroups.SUBTITLES.captions);
  console.log(`hls-parser: name ${one.name}; language ${one.language}; address ${one.uri}`);
  console.log(`m3u8-parser: name ${key}; language ${other.language}; address ${other.uri}`);
  found.push([one.name, one.language, one.uri], [key, other.language, other.uri]);
}
const right = (name) => [name, "en", "en.m3u8"];
const swallowed = [`Director's cut",LANGUAGE="en",URI="en.m3u8`, undefined, undefined];
const wanted = [right("The cut"), right("The cut"), swallowed, right("Director's cut")];
process.exit(JSON.stringify(found) === JSON.stringify(wanted) ? 0 : 1);
JS
node run.cjs
