#!/bin/bash
# @microsoft/fetch-event-source 2.0.1 calls onmessage with empty data for a comment in a block of its
# own, which is how services keep a stream alive while a model waits (": OPENROUTER PROCESSING"), and
# for each further blank line. A handler that parses the data as JSON fails at the first keep-alive.
# eventsource-parser 3.1.1 delivers the two events alone.
. "$(dirname "$0")/lib/lab.sh"
npm_packages @microsoft/fetch-event-source@2.0.1 eventsource-parser@3.1.1
cat >seen.mjs <<'END'
import {serve, stream} from './lab.mjs';

// What the package expects of a browser.
globalThis.document = {hidden: false, addEventListener() {}, removeEventListener() {}};
globalThis.window = {fetch, setTimeout, clearTimeout};
const {fetchEventSource} = await import('@microsoft/fetch-event-source');
const {EventSourceParserStream} = await import('eventsource-parser/stream');

const script = [stream('data: "one"\n\n', ': still here\n\n', 'data: "two"\n\n')];
const got = [];
await fetchEventSource((await serve(script)).url, {
    fetch, openWhenHidden: true, onmessage: message => got.push(message.data),
    onerror(error) { throw error; },
});
console.log(JSON.stringify(got));
const body = (await fetch((await serve(script)).url)).body;
const parsed = [];
for await (const message of body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()))
    parsed.push(message.data);
console.log(JSON.stringify(parsed));
process.exit(0);
END
node seen.mjs >out
saw "fetch-event-source" '["\"one\"","","\"two\""]' "$(sed -n 1p out)"
saw "eventsource-parser" '["\"one\"","\"two\""]' "$(sed -n 2p out)"
