#!/bin/bash
# bottleneck 2.19.5 counts a job once, however often it is repeated: retries asked for by its own
# "failed" event take nothing from the reservoir and keep no `minTime`. A limit of three calls with
# four retries each lets fifteen calls through, and with 300 ms between calls retries come after 5 ms.
# So an account's limit is passed in just the minute in which the service says 429.
. "$(dirname "$0")/lib/lab.sh"
npm_packages bottleneck@2.19.5
cat >seen.mjs <<'END'
import Bottleneck from 'bottleneck';

const jobs = async (limits, number) => {
    const calls = [];
    const limiter = new Bottleneck({maxConcurrent: 1, ...limits});
    limiter.on('failed', (error, {retryCount}) => retryCount < 4 ? 5 : undefined);
    const refused = async () => { calls.push(Date.now()); throw new Error('429'); };
    await Promise.allSettled(Array(number).fill().map(() => limiter.schedule(refused)));
    return calls;
};
console.log((await jobs({reservoir: 3}, 3)).length);
const calls = await jobs({minTime: 300}, 1);
console.log(calls.at(-1) - calls[0] < 300 ? 'all within one interval' : 'apart');
process.exit(0);
END
node seen.mjs >out
saw "calls of a reservoir of three" 15 "$(sed -n 1p out)"
saw "five calls, 300 ms apart by minTime" "all within one interval" "$(sed -n 2p out)"
