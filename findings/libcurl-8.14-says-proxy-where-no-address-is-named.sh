#!/bin/bash
# libcurl 8.14.1 (Debian 13) begins a connection with HAProxy's PROXY line once CURLOPT_HAPROXY_CLIENT_IP was
# set, whatever to: NULL, which takes every other text back, switches CURLOPT_HAPROXYPROTOCOL on, and a server
# that does not expect the line answers 400. So a program that resets a handle's options one by one, a pool say,
# breaks its next request; it has to set CURLOPT_HAPROXYPROTOCOL to 0 after it. The manual says so of a
# valid address alone. (The package is the one for Debian 12 of backports: the same libcurl.)
. "$(dirname "$0")/lib/lab.sh"
needs python3
debian_package libcurl4 8.14.1 bookworm-backports
cat >seen.py <<'END'
import ctypes, socket, sys, threading
curl = ctypes.CDLL(sys.argv[1])
curl.curl_easy_init.restype = ctypes.c_void_p
URL, TIMEOUT, HAPROXYPROTOCOL, HAPROXY_CLIENT_IP = 10002, 13, 274, 10323

def first_word(*options):
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(30)
    seen = []
    def serve():
        peer = server.accept()[0]
        seen.append(peer.recv(4096).split()[0].decode())
        peer.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        peer.close()
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    handle = ctypes.c_void_p(curl.curl_easy_init())
    url = b"http://127.0.0.1:%d/" % server.getsockname()[1]
    for option, value in ((URL, ctypes.c_char_p(url)), (TIMEOUT, ctypes.c_long(20)), *options):
        assert curl.curl_easy_setopt(handle, option, value) == 0
    curl.curl_easy_perform(handle)
    thread.join()
    curl.curl_easy_cleanup(handle)
    return seen[0]

none, off = (HAPROXY_CLIENT_IP, ctypes.c_char_p(None)), (HAPROXYPROTOCOL, ctypes.c_long(0))
print(first_word())
print(first_word(none))
print(first_word(off, none))
print(first_word(none, off))
END
no_proxy='*' LD_LIBRARY_PATH=$PWD/usr/lib/$(uname -m)-linux-gnu python3 seen.py libcurl.so.4 >seen
saw "an untouched handle's first word" GET "$(sed -n 1p seen)"
saw "after CURLOPT_HAPROXY_CLIENT_IP NULL" PROXY "$(sed -n 2p seen)"
saw "also where the protocol was switched off before" PROXY "$(sed -n 3p seen)"
saw "with the protocol switched off behind it" GET "$(sed -n 4p seen)"
