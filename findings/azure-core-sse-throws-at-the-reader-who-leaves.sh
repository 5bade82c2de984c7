#!/bin/bash
# @azure/core-sse 2.3.0 throws "ReadableStream is locked" when a loop over a fetch body is left early, which
# is what `[DONE]` asks for: the answer is there in full, and then an exception, each time. A loop that
# reads on to the end of the body is fine, and so is eventsource-parser 3.1.1, left at the same place.
. "$(dirname "$0")/lib/lab.sh"
npm_packages @azure/core-sse@2.3.0 eventsource-parser@3.1.1
cat >seen.mjs <<'END'
import {createSseStream} from '@azure/core-sse';
import {EventSourceParserStream} from 'eventsource-parser/stream';
import {chunk, event, outcome, serve, stream} from './lab.mjs';

const body = async () => {
    const pieces = [chunk({role: 'assistant', content: 'hi'}), chunk({}, 'stop'), event('[DONE]')];
    return (await fetch((await serve([stream(...pieces)])).url, {method: 'POST', body: '{}'})).body;
};
const read = async (events, leaves) => {
    let all = '';
    for await (const {data} of events) {
        if (data !== '[DONE]') all += JSON.parse(data).choices[0].delta.content ?? '';
        else if (leaves) break;
    }
    return all;
};
console.log(await outcome(read(createSseStream(await body()), false)));
console.log(await outcome(read(createSseStream(await body()), true)));
const parsed = (await body()).pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
console.log(await outcome(read(parsed, true)));
process.exit(0);
END
node seen.mjs >out
saw "read to the end" "answered hi" "$(sed -n 1p out)"
saw "left at [DONE]" "threw TypeError" "$(sed -n 2p out)"
saw "left at [DONE], eventsource-parser" "answered hi" "$(sed -n 3p out)"
