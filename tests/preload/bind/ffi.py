# ffi.py URL LIBRARY... - calls libcurl through ctypes: dlopen, dlsym, and no symbol of its own.
import ctypes
import sys

URL, POSTFIELDS, WRITEFUNCTION, RESPONSE_CODE = 10002, 10015, 20011, 0x200002
CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_void_p
)


def ask(name, url):
    lib = ctypes.CDLL(name)
    lib.curl_easy_init.restype = ctypes.c_void_p
    lib.curl_version.restype = ctypes.c_char_p
    handle = ctypes.c_void_p(lib.curl_easy_init())
    pieces = []

    def write(data, size, n, _):
        pieces.append(ctypes.string_at(data, size * n))
        return size * n

    callback = CALLBACK(write)
    lib.curl_easy_setopt(handle, URL, url.encode())
    lib.curl_easy_setopt(handle, POSTFIELDS, b'{"model":"gpt-4o","messages":[]}')
    lib.curl_easy_setopt(handle, WRITEFUNCTION, callback)
    code = ctypes.c_long()
    result = lib.curl_easy_perform(handle)
    lib.curl_easy_getinfo(handle, RESPONSE_CODE, ctypes.byref(code))
    lib.curl_easy_cleanup(handle)
    flavour = lib.curl_version().split()[1].split(b"/")[0].decode()
    print(flavour, result, code.value, b"".join(pieces).decode())


for library in sys.argv[2:]:
    ask(library, sys.argv[1])

# A name that is not there says so, also behind names that are.
try:
    ctypes.CDLL("libcurl.so.4").curl_no_such_function
except AttributeError as error:
    print(error)
