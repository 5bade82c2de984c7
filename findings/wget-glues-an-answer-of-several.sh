#!/bin/bash
# wget 1.21.3 (Debian 12) repeats a POST whose answer broke off, up to 19 times, with a `Range`. A server that
# knows no ranges, as no model server does, answers anew and in full; wget skips as many bytes of that as it
# has, and appends the rest. Three answers, each of them paid for, become one valid JSON text that no model
# gave, with exit code 0 and without a word on standard error; into a file it is the same.
# curl 7.88.1 ends with 18 after one request.
. "$(dirname "$0")/lib/lab.sh"
debian_package wget 1.21.3
debian_package curl 7.88.1
debian_package libcurl4 7.88.1
start_server <<'END'
import {appendFileSync} from 'node:fs';
import {serve} from './lab.mjs';

// The answers to one path: all twos where the first has ones, and so on. The third is whole.
const answers = {};
const server = await serve([(response, {url}) => {
    const number = answers[url] = (answers[url] ?? 0) + 1;
    appendFileSync('requests', `${url}\n`);
    const body = JSON.stringify({text: `${number}`.repeat(30)});
    const length = url.startsWith('/length') ? {'content-length': body.length} : {};
    response.writeHead(200, {'content-type': 'application/json', ...length});
    if (number === 3) return response.end(body);
    response.write(body.slice(0, 9 + 10 * number), () => setTimeout(() => response.socket.destroy(), 50));
}]);
console.log(server.url);
END
export no_proxy=127.0.0.1
ask() { # PATH PROGRAM ARGUMENTS...: prints exit code, number of requests and output
    path=$1 code=0
    shift
    "$@" "$url$path" >answer 2>words || code=$?
    echo "$code after $(grep -cx "$path" requests), $(cat answer words)"
}
glued='0 after 3, {"text":"111111111122222222223333333333"}'
libraries=$(echo "$PWD"/usr/lib/*-linux-gnu)
for path in /length /chunked; do
    saw "wget, $path" "$glued" "$(ask $path usr/bin/wget --no-config -q -O - --post-data '{}')"
done
usr/bin/wget --no-config -q -O file --post-data '{}' "$url/length-file" || true
saw "wget into a file" '{"text":"111111111122222222223333333333"}' "$(cat file)"
saw "curl, /length-curl" '18 after 1, {"text":"1111111111' \
    "$(LD_LIBRARY_PATH=$libraries ask /length-curl usr/bin/curl -s -d '{}')"
