<?php // ffi.php URL - libcurl by PHP's FFI.
$curl = FFI::cdef('
    void *curl_easy_init(void);
    int curl_easy_setopt(void *, int, ...);
    int curl_easy_perform(void *);
    void curl_easy_cleanup(void *);
', 'libcurl.so.4');
$easy = $curl->curl_easy_init();
$curl->curl_easy_setopt($easy, 10002, $argv[1]);
$curl->curl_easy_setopt($easy, 10015, '{"model":"gpt-4o","messages":[]}');
$result = $curl->curl_easy_perform($easy);
echo "\n$result\n";
$curl->curl_easy_cleanup($easy);
