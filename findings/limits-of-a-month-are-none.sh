#!/bin/bash
# A budget of a month, counted in memory: rate-limiter-flexible 11.4.0, p-throttle 8.1.1, p-queue 9.3.5 and
# async-sema 3.1.1 hand the length of their interval to setTimeout or setInterval, for which node takes
# 1 ms from 25 days on. A limit of three for 30 days lets all twelve calls through within half a second, and
# only a warning of node's tells. The same limits for a day hold. None of their pages names a longest
# interval. limiter 4.1.0 and p-queue with `strict` keep the month.
. "$(dirname "$0")/lib/lab.sh"
npm_packages rate-limiter-flexible@11.4.0 p-throttle@8.1.1 p-queue@9.3.5 async-sema@3.1.1 limiter@4.1.0
cat >seen.mjs <<'END'
import {RateLimit} from 'async-sema';
import {RateLimiter} from 'limiter';
import PQueue from 'p-queue';
import pThrottle from 'p-throttle';
import {RateLimiterMemory} from 'rate-limiter-flexible';

const DAY = 86400;
const pause = ms => new Promise(done => setTimeout(done, ms));
const limited = {
    'rate-limiter-flexible': duration => {
        const limiter = new RateLimiterMemory({points: 3, duration});
        return call => limiter.consume('key').then(call, () => {});
    },
    'p-throttle': seconds => {
        const throttle = pThrottle({limit: 3, interval: 1000 * seconds});
        let calls = () => {};
        const throttled = throttle(() => calls());
        return call => { calls = call; throttled(); };
    },
    'p-queue': seconds => {
        const queue = new PQueue({interval: 1000 * seconds, intervalCap: 3});
        return call => { queue.add(call); };
    },
    'async-sema': seconds => {
        const limit = RateLimit(3, {timeUnit: 1000 * seconds});
        return call => { limit().then(call); };
    },
    limiter: seconds => {
        const limiter = new RateLimiter({tokensPerInterval: 3, interval: 1000 * seconds});
        return call => { limiter.removeTokens(1).then(call); };
    },
    'p-queue, strict': seconds => {
        const queue = new PQueue({interval: 1000 * seconds, intervalCap: 3, strict: true});
        return call => { queue.add(call); };
    },
};
for (const limit of Object.values(limited)) {
    const passed = [];
    for (const days of [1, 30]) {
        let calls = 0;
        const ask = limit(days * DAY);
        for (let asked = 0; asked < 12; asked++) {
            ask(() => { calls++; });
            await pause(20);
        }
        await pause(300);
        passed.push(calls);
    }
    console.log(`${passed[0]} in a day, ${passed[1]} in a month`);
}
process.exit(0);
END
NODE_NO_WARNINGS=1 node seen.mjs >out
saw "rate-limiter-flexible, three of twelve" "3 in a day, 12 in a month" "$(sed -n 1p out)"
saw "p-throttle, three of twelve" "3 in a day, 12 in a month" "$(sed -n 2p out)"
saw "p-queue, three of twelve" "3 in a day, 12 in a month" "$(sed -n 3p out)"
saw "async-sema, three of twelve" "3 in a day, 12 in a month" "$(sed -n 4p out)"
saw "limiter, three of twelve" "3 in a day, 3 in a month" "$(sed -n 5p out)"
saw "p-queue with strict, three of twelve" "3 in a day, 3 in a month" "$(sed -n 6p out)"
