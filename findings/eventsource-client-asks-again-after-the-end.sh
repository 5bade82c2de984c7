#!/bin/bash
# eventsource-client 1.2.0 can POST, which makes it look fit for completions. But each end of a stream
# is a lost connection to it: after `[DONE]` it sends the same POST anew, every two seconds, until
# somebody closes it, and each time a model answers and is paid for. A 401 is repeated just so, and a 429
# too, whatever its `Retry-After` says.
. "$(dirname "$0")/lib/lab.sh"
npm_packages eventsource-client@1.2.0
cat >seen.mjs <<'END'
import {createEventSource} from 'eventsource-client';
import {chunk, event, serve, status, stream} from './lab.mjs';

const requests = async answer => {
    const server = await serve([answer]);
    const source = createEventSource({url: server.url, method: 'POST', body: '{}'});
    for (let waited = 0; server.requests.length < 3 && waited < 60; waited++)
        await new Promise(done => setTimeout(done, 500));
    source.close();
    const early = server.requests.length > 1 && server.gap() < 8000;
    return `${server.requests.map(request => request.method).join(' ')}${early ? '' : ', late'}`;
};
console.log(await requests(stream(chunk({role: 'assistant', content: 'hi'}), chunk({}, 'stop'), event('[DONE]'))));
console.log(await requests(status(401)));
console.log(await requests(status(429, {'retry-after': '30'})));
process.exit(0);
END
node seen.mjs >out
saw "an answer in full" "POST POST POST" "$(sed -n 1p out)"
saw "401" "POST POST POST" "$(sed -n 2p out)"
saw "429 with Retry-After: 30" "POST POST POST" "$(sed -n 3p out)"
