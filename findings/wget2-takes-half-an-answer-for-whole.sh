#!/bin/bash
# wget2 1.99.1 (Debian 12) ends with exit code 0, and not a word without `-q` of bytes that are missing, when the
# connection breaks in the middle of an answer, in a chunked body as in one with a Content-Length, and it does
# not ask again. curl 7.88.1 ends with 18 for both.
. "$(dirname "$0")/lib/lab.sh"
debian_package wget2 1.99.1
debian_package libwget0 1.99.1
debian_package libgpgme11 1.18.0
debian_package libassuan0 2.5.5
debian_package curl 7.88.1
debian_package libcurl4 7.88.1
start_server <<'END'
import {appendFileSync} from 'node:fs';
import {CHAT, serve} from './lab.mjs';

const server = await serve([(response, {url}) => {
    appendFileSync('requests', `${url}\n`);
    const body = JSON.stringify(CHAT);
    const length = url.startsWith('/length') ? {'content-length': body.length} : {};
    response.writeHead(200, {'content-type': 'application/json', ...length});
    response.write(body.slice(0, 60), () => setTimeout(() => response.socket.destroy(), 50));
}]);
console.log(server.url);
END
export no_proxy=127.0.0.1
libraries=$(echo "$PWD"/usr/lib/*-linux-gnu):$PWD/usr/lib
ask() { # PATH PROGRAM ARGUMENTS...: prints exit code, bytes and number of requests
    path=$1 code=0
    shift
    LD_LIBRARY_PATH=$libraries "$@" "$url$path" >answer 2>words || code=$?
    echo "$code, $(wc -c <answer) bytes after $(grep -cx "$path" requests)"
}
for path in /length /chunked; do
    saw "wget2, $path" "0, 60 bytes after 1" "$(ask $path usr/bin/wget2 --no-config -nv -O - --post-data '{}')"
    saw "its words, $path" 0 "$(grep -ciE 'incomplete|missing|short|closed|error|reset' words || true)"
    saw "curl, $path" "18, 60 bytes after 1" "$(ask $path-curl usr/bin/curl -s -d '{}')"
done
