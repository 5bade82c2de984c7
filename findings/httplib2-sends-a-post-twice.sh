#!/bin/bash
# Python's httplib2 0.20.4 (Debian 12) sends a POST a second time, at once and without a word, when the server ends
# the connection before the first byte of an answer: as one that is restarted, or a proxy whose patience
# ends, does after the model has begun. The caller sees one exception, or an answer that was paid for
# twice. `RETRIES` is a constant of the module whose comment speaks of requests that fail "at the socket/connection
# level"; RFC 9110 9.2.2 advises against it where a method is not idempotent. Python's http.client, curl 7.88.1 and
# urllib3 1.26.12 send it once.
. "$(dirname "$0")/lib/lab.sh"
debian_package python3-httplib2 0.20.4
debian_package python3-pyparsing 3.0.9
debian_package python3-urllib3 1.26.12
debian_package python3-six 1.16.0
debian_package curl 7.88.1
debian_package libcurl4 7.88.1
start_server <<'END'
import {appendFileSync} from 'node:fs';
import {CHAT, json, serve} from './lab.mjs';
const seen = {};
const server = await serve([(response, {url, method}) => {
    appendFileSync('requests', `${url}\n`);
    seen[url] = (seen[url] ?? 0) + 1;
    if (url.endsWith('/once') && seen[url] > 1) return json(CHAT)(response);
    setTimeout(() => response.socket.end(), 200);
}]);
console.log(server.url);
END
cat >seen.py <<'END'
import http.client, sys
sys.path.insert(0, "usr/lib/python3/dist-packages")
import httplib2, urllib3

url = sys.argv[1]
def plain(path):
    connection = http.client.HTTPConnection(url.split("//")[1])
    connection.request("POST", path, b"{}")
    return connection.getresponse().status
def lib2(path):
    return httplib2.Http(proxy_info=None).request(url + path, "POST", b"{}")[0].status
def lib3(path):
    return urllib3.PoolManager().request("POST", url + path, body=b"{}").status

for ask, path in ((lib2, "/httplib2"), (lib2, "/httplib2/once"), (plain, "/client"), (lib3, "/urllib3")):
    try:
        print(ask(path))
    except Exception as error:
        print(type(error).__name__)
END
no_proxy='*' /usr/bin/python3 seen.py "$url" >out
LD_LIBRARY_PATH=$(echo "$PWD"/usr/lib/*-linux-gnu) usr/bin/curl -q -s --noproxy '*' -d '{}' "$url/curl" && code=0 || code=$?
requests() { grep -cx "$1" requests; }
saw "httplib2" "RemoteDisconnected after 2" "$(sed -n 1p out) after $(requests /httplib2)"
saw "httplib2, its second request is answered" "200 after 2" "$(sed -n 2p out) after $(requests /httplib2/once)"
saw "http.client" "RemoteDisconnected after 1" "$(sed -n 3p out) after $(requests /client)"
saw "urllib3" "ProtocolError after 1" "$(sed -n 4p out) after $(requests /urllib3)"
saw "curl" "52 after 1" "$code after $(requests /curl)"
