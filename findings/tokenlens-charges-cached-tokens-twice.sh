#!/bin/bash
# tokenlens 1.3.1 adds the price of cached tokens to that of all input tokens, whose part they are in what OpenAI
# and the AI SDK report: a prompt nine tenths of which came out of the cache costs more than the same
# without a cache, and three times what is billed. (Of Anthropic's usage they are no part.)
. "$(dirname "$0")/lib/lab.sh"
npm_packages tokenlens@1.3.1
cat >seen.mjs <<'END'
import {getTokenCosts} from 'tokenlens';

const dollars = usage => getTokenCosts({modelId: 'openai:gpt-4.1', usage}).totalUSD.toFixed(3);
const usage = {prompt_tokens: 100000, completion_tokens: 1000, total_tokens: 101000};
console.log(dollars(usage));
console.log(dollars({...usage, prompt_tokens_details: {cached_tokens: 90000}}));
console.log(dollars({inputTokens: 100000, outputTokens: 1000, totalTokens: 101000, cachedInputTokens: 90000}));
// What is billed: cached tokens at their own price in place of the full one.
console.log(dollars({...usage, prompt_tokens: 10000, prompt_tokens_details: {cached_tokens: 90000}}));
END
node seen.mjs >out
saw "nothing cached" 0.208 "$(sed -n 1p out)"
saw "nine tenths cached, OpenAI's usage" 0.253 "$(sed -n 2p out)"
saw "the same, the AI SDK's usage" 0.253 "$(sed -n 3p out)"
saw "what is billed" 0.073 "$(sed -n 4p out)"
