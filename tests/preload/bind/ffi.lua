-- ffi.lua URL - libcurl by LuaJIT's FFI: symbols looked up by name at run time.
local ffi = require("ffi")
ffi.cdef([[
    void *curl_easy_init(void);
    int curl_easy_setopt(void *, int, ...);
    int curl_easy_perform(void *);
    void curl_easy_cleanup(void *);
]])
local curl = ffi.load("libcurl.so.4")
local easy = curl.curl_easy_init()
curl.curl_easy_setopt(easy, 10002, arg[1])
curl.curl_easy_setopt(easy, 10015, '{"model":"gpt-4o","messages":[]}')
print("", curl.curl_easy_perform(easy))
curl.curl_easy_cleanup(easy)
