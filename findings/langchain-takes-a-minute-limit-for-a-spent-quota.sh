#!/bin/bash
# @langchain/core 1.4.0 reads a 429's text for words that tell of a spent quota, "billing" among them,
# and then does not repeat it, although `Retry-After: 1` is there. Providers put a link to their billing
# page, or "check your plan and billing details", into what they say of a minute's limit. A 429 without
# a hint is final, too, where a 503 without one is repeated; the default of six retries applies to neither.
. "$(dirname "$0")/lib/lab.sh"
npm_packages @langchain/core@1.4.0 @langchain/openai@1.5.8
cat >seen.mjs <<'END'
import {ChatOpenAI} from '@langchain/openai';
import {CHAT, json, outcome, serve, status} from './lab.mjs';

const ask = async (code, headers, message) => {
    const error = {message, type: 'tokens', code: 'rate_limit_exceeded'};
    const server = await serve([status(code, headers, {error}), json(CHAT)]);
    const model = new ChatOpenAI({model: 'm', apiKey: 'k', configuration: {baseURL: server.url}});
    const answer = await outcome(model.invoke('x').then(message => message.content));
    console.log(`${answer}, ${server.requests.length}`);
};
const minute = 'Limit of 6000 tokens per minute, used 5800, requested 900.';
await ask(429, {'retry-after': '1'}, minute);
await ask(429, {'retry-after': '1'}, `${minute} Need more? https://console.example.com/settings/billing`);
await ask(429, {}, minute);
await ask(503, {}, 'busy');
process.exit(0);
END
node seen.mjs >out
saw "429 with Retry-After: 1" "answered hi, 2" "$(sed -n 1p out)"
saw "the same, its text with a link to a billing page" "threw RateLimitError, 1" "$(sed -n 2p out)"
saw "429 without a hint" "threw RateLimitError, 1" "$(sed -n 3p out)"
saw "503 without a hint" "answered hi, 2" "$(sed -n 4p out)"
