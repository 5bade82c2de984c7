#!/bin/bash
# libcurl 7.88.1 (Debian 12) does not duplicate a handle whose body came by CURLOPT_COPYPOSTFIELDS without
# a size, the way in which R's curl documents a POST: curl_easy_duphandle returns NULL, as if memory had
# run out, since the size that means "a string" is taken for a number of bytes. With the size set
# first, or with CURLOPT_POSTFIELDS, it makes the copy; 8.14.1 (Debian 13) does in all three cases. Whoever
# makes a pool out of one prepared handle has none.
. "$(dirname "$0")/lib/lab.sh"
needs python3
debian_package libcurl4 7.88.1
cat >seen.py <<'END'
import ctypes, sys
curl = ctypes.CDLL(sys.argv[1])
curl.curl_easy_init.restype = curl.curl_easy_duphandle.restype = ctypes.c_void_p
URL, POSTFIELDS, POSTFIELDSIZE, COPYPOSTFIELDS = 10002, 10015, 60, 10165

def doubled(*options):
    handle = ctypes.c_void_p(curl.curl_easy_init())
    for option, value in ((URL, b"http://127.0.0.1:9/"), *options):
        value = ctypes.c_char_p(value) if isinstance(value, bytes) else ctypes.c_long(value)
        assert curl.curl_easy_setopt(handle, option, value) == 0
    return "a copy" if curl.curl_easy_duphandle(handle) else "NULL"

print(doubled((COPYPOSTFIELDS, b"{}")))
print(doubled((POSTFIELDSIZE, 2), (COPYPOSTFIELDS, b"{}")))
print(doubled((POSTFIELDS, b"{}")))
END
LD_LIBRARY_PATH=$PWD/usr/lib/$(uname -m)-linux-gnu python3 seen.py libcurl.so.4 >seen
saw "a copied body without a size" NULL "$(sed -n 1p seen)"
saw "with its size" "a copy" "$(sed -n 2p seen)"
saw "the program's own bytes" "a copy" "$(sed -n 3p seen)"
