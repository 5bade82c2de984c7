#!/bin/bash
# ts-retry-promise 0.8.1: `backoff: "EXPONENTIAL"` takes the delay, in milliseconds, to the power of the attempt.
# With its default of 100 the waits are 0.1, 10 and 300 seconds (the last cut by its longest), so its timeout of
# a minute would be over after three requests of eleven; with a delay of one it is 1 ms each time. After the last request it waits once more before it tells of the failure. Its README calls it "increase
# delay with every retry" and has no formula. Other libraries double.
. "$(dirname "$0")/lib/lab.sh"
npm_packages ts-retry-promise@0.8.1 exponential-backoff@3.1.3
cat >seen.mjs <<'END'
import {backOff} from 'exponential-backoff';
import {retry} from 'ts-retry-promise';

// The waits that a library asks the clock for, without the waiting.
const asked = async call => {
    const real = globalThis.setTimeout;
    const waits = [];
    globalThis.setTimeout = (then, ms) => { waits.push(ms); return real(then, 0); };
    let requests = 0;
    await call(async () => { requests++; throw new Error('429'); }).catch(() => {});
    globalThis.setTimeout = real;
    return `${requests} requests, ${waits.join(' ')}`;
};
const power = options => asked(ask => retry(ask, {backoff: 'EXPONENTIAL', timeout: 'INFINITELY', ...options}));
console.log(await power({retries: 3}));
console.log(await power({retries: 3, delay: 1}));
console.log(await power({retries: 3, delay: 1000}));
console.log(await asked(ask => backOff(ask, {numOfAttempts: 4})));
END
node seen.mjs >out
saw "the default delay" "4 requests, 100 10000 300000 300000" "$(sed -n 1p out)"
saw "a delay of 1 ms" "4 requests, 1 1 1 1" "$(sed -n 2p out)"
saw "a delay of a second" "4 requests, 1000 300000 300000 300000" "$(sed -n 3p out)"
saw "exponential-backoff, its default delay" "4 requests, 100 200 400" "$(sed -n 4p out)"
