#!/bin/bash
# curl 7.88.1 (Debian 12) with --retry and -o /dev/null, as health checks have it, does not ask again after
# a 429 that has a body: it cannot truncate the device before the next try, and ends with 23, a failed
# write. Into a file it asks again, and into the device, too, when the refusal had no body. 8.14.1
# (backports) asks again each time.
. "$(dirname "$0")/lib/lab.sh"
debian_package curl 7.88.1
debian_package libcurl4 7.88.1
LD_LIBRARY_PATH=$PWD/usr/lib/$(uname -m)-linux-gnu
start_server <<'END'
import {CHAT, json, serve, status} from './lab.mjs';
const seen = {};
const server = await serve([(response, {url}) => {
    seen[url] = (seen[url] ?? 0) + 1;
    if (seen[url] > 1) return json(CHAT)(response);
    if (url === '/empty') return response.writeHead(429, {'content-length': 0}).end();
    status(429)(response);
}]);
console.log(server.url);
END
ask() { # PATH OUTPUT: the last status, and curl's exit code
    LD_LIBRARY_PATH=$LD_LIBRARY_PATH timeout 20 usr/bin/curl -q -s --noproxy '*' --retry 2 --retry-delay 1 -d '{}' \
        -o "$2" -w '%{http_code} ' "$url$1" && code=0 || code=$?
    echo "$code"
}
saw "into a file" "200 0" "$(ask /file page)"
saw "into /dev/null" "23" "$(ask /device /dev/null)"
saw "into /dev/null, no body" "200 0" "$(ask /empty /dev/null)"
