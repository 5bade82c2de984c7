#!/bin/bash
# @google/genai 2.32.0 loses a whole event, without a word, when its block holds a second line: a
# comment, an `id:` or an `event:` line, all of which the event stream format allows before `data:`.
# A comment in a block of its own is skipped as it should be.
. "$(dirname "$0")/lib/lab.sh"
npm_packages @google/genai@2.32.0
cat >seen.mjs <<'END'
import {GoogleGenAI} from '@google/genai';
import {event, outcome, serve, stream} from './lab.mjs';

const piece = text => event({candidates: [{content: {role: 'model', parts: [{text}]}, index: 0}]});
const text = async before => {
    const server = await serve([stream(`${before}${piece('one ')}`, piece('two'))]);
    const client = new GoogleGenAI({apiKey: 'k', httpOptions: {baseUrl: server.url}});
    let all = '';
    for await (const part of await client.models.generateContentStream({model: 'm', contents: 'x'}))
        all += part.text ?? '';
    return all;
};
for (const before of ['', ': still here\n\n', ': still here\n', 'id: 1\n', 'event: message\n'])
    console.log(await outcome(text(before)));
process.exit(0);
END
node seen.mjs 2>/dev/null >out
saw "two plain events" "answered one two" "$(sed -n 1p out)"
saw "a comment in a block of its own" "answered one two" "$(sed -n 2p out)"
saw "a comment in the event's block" "answered two" "$(sed -n 3p out)"
saw "an id in the event's block" "answered two" "$(sed -n 4p out)"
saw "an event name in the event's block" "answered two" "$(sed -n 5p out)"
