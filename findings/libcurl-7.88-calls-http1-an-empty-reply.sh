#!/bin/bash
# libcurl 7.88.1 (Debian 12), told to speak HTTP/2 by prior knowledge, calls a server that answers in
# HTTP/1.1 an empty reply: 52, the code of a connection that died, which retry loops repeat. 8.14.1 says
# 16, that its peer does not speak HTTP/2. Only a setting cures it, so each repetition is in vain.
. "$(dirname "$0")/lib/lab.sh"
debian_package curl 7.88.1
debian_package libcurl4 7.88.1
start_server <<'END'
import net from 'node:net';
const answer = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
const server = net.createServer(socket => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(answer));
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`));
END
ask() { # OPTION...
    LD_LIBRARY_PATH=$PWD/usr/lib/$(uname -m)-linux-gnu timeout 20 usr/bin/curl -q -s --noproxy '*' -o page \
        -w '%{http_code} ' "$@" "$url" && code=0 || code=$?
    echo "$code"
}
saw "by HTTP/1.1" "400 0" "$(ask)"
saw "by HTTP/2, prior knowledge" "000 52" "$(ask --http2-prior-knowledge)"
