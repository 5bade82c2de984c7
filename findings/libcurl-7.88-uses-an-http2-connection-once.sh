#!/bin/bash
# libcurl 7.88.1 (Debian 12) fails the second transfer on a connection that speaks HTTP/2 by prior
# knowledge: 16, "Error in the HTTP2 framing layer", before a byte of the second request is out. One
# transfer a connection works. Every later request of a pooled handle to such a server is lost, a
# retry on the same connection too.
. "$(dirname "$0")/lib/lab.sh"
debian_package nghttp2-server 1.52.0
for library in libcurl4/7.88.1 curl/7.88.1 libev4/4.33 libjansson4/2.14 libc-ares2/1.18.1; do
    debian_package "${library%/*}" "${library#*/}"
done
LD_LIBRARY_PATH=$PWD/usr/lib/$(uname -m)-linux-gnu
export LD_LIBRARY_PATH
echo hello >page
port=$((20000 + $$ % 20000))
usr/sbin/nghttpd --no-tls -d "$PWD" "$port" >/dev/null 2>&1 &
server=$!
url=http://127.0.0.1:$port/page
ask() { # [OPTION...] URL...: the exit codes of its transfers
    usr/bin/curl -q -sS --noproxy '*' --http2-prior-knowledge -o /dev/null -o /dev/null -w '%{exitcode} ' "$@" 2>/dev/null || true
}
for _ in $(seq 50); do
    [ "$(ask "$url")" != "0 " ] || break
    sleep 0.1
done
usr/bin/curl --version | sed -n '1s/ (.*//p' || true
saw "two transfers, one connection" "0 16 " "$(ask "$url" "$url")"
saw "two transfers, a connection each" "0 0 " "$(ask "$url")$(ask "$url")"
kill "$server"
