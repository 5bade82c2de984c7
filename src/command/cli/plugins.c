/* plugins.c - see plugins.h. */
#include "cli/plugins.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct sc_plugin_host hosts[] = {
    {"php",
     "/usr/lib/php/*/curl.so /usr/local/lib/php/extensions/*/curl.so /usr/lib*/php/modules/curl.so",
     "PHP's curl extension is covered, also where PHP loads it with RTLD_DEEPBIND."},
    {"php-fpm", "/usr/lib/php/*/curl.so /usr/local/lib/php/extensions/*/curl.so",
     "PHP's curl extension is covered, also where PHP loads it with RTLD_DEEPBIND."},
    {"apache2", "/usr/lib/php/*/curl.so", "Its PHP module's curl extension is covered."},
    {"python",
     "/usr/lib/python3/dist-packages/pycurl*.so "
     "/usr/local/lib/python3*/*-packages/pycurl*.so "
     "/usr/lib*/python3.*/*-packages/pycurl*.so",
     "pycurl is covered; requests, httpx, urllib and the SDKs built on them do not use libcurl."},
    {"perl",
     "/usr/lib/*/perl5/*/auto/WWW/Curl/Curl.so /usr/lib/*/perl5/*/auto/Net/Curl/Curl.so "
     "/usr/local/lib/*/perl/*/auto/WWW/Curl/Curl.so",
     "WWW::Curl and Net::Curl are covered; LWP and HTTP::Tiny do not use libcurl."},
    {"R",
     "/usr/lib/R/site-library/curl/libs/curl.so /usr/lib/R/site-library/RCurl/libs/RCurl.so "
     "/usr/local/lib/R/site-library/curl/libs/curl.so "
     "/usr/local/lib/R/site-library/RCurl/libs/RCurl.so ",
     "RCurl is covered, and the curl package, which httr and httr2 build on."},
    {"Rscript",
     "/usr/lib/R/site-library/curl/libs/curl.so /usr/lib/R/site-library/RCurl/libs/RCurl.so "
     "/usr/local/lib/R/site-library/curl/libs/curl.so "
     "/usr/local/lib/R/site-library/RCurl/libs/RCurl.so",
     "RCurl is covered, and the curl package, which httr and httr2 build on."},
    {"git", "/usr/lib/git-core/git-remote-http /usr/libexec/git-core/git-remote-http",
     "git-remote-http, which git starts for http and https, is covered."},
    {"lua5.1", "/usr/lib/*/lua/5.1/*curl.so /usr/lib/*/lua/5.1/*cURL.so",
     "lua-curl is covered; LuaSocket does not use libcurl."},
    {"lua5.2", "/usr/lib/*/lua/5.2/*curl.so /usr/lib/*/lua/5.2/*cURL.so",
     "lua-curl is covered; LuaSocket does not use libcurl."},
    {"lua",
     "/usr/lib/*/lua/5.?/lcurl.so /usr/lib/*/lua/5.?/cURL.so "
     "/usr/local/lib/lua/5.?/lcurl.so",
     "lua-curl is covered; LuaSocket does not use libcurl."},
    {"luajit", NULL, "LuaJIT's FFI is covered: functions looked up by name are ours."},
    {"ruby",
     "/usr/lib/*/ruby/vendor_ruby/*/curb_core.so /var/lib/gems/*/gems/curb-*/lib/curb_core.so "
     "/var/lib/gems/*/extensions/*/*/curb-*/curb_core.so",
     "curb, ethon and typhoeus are covered; Net::HTTP does not use libcurl."},
    {"tclsh", "/usr/lib/*/tcltk/*/[Tt]cl[Cc]url*/*.so /usr/lib/tcltk/*/[Tt]cl[Cc]url*/*.so",
     "TclCurl is covered."},
    {"node", NULL, "Node's fetch and https do not use libcurl."},
    {"nodejs", NULL, "Node's fetch and https do not use libcurl."},
    {"deno", NULL, "Deno's fetch does not use libcurl."},
    {"bun", NULL, "Bun's fetch does not use libcurl."},
    {"java", NULL, "Java's HTTP clients do not use libcurl."},
    {"dotnet", NULL, ".NET's HttpClient does not use libcurl."},
    {"wget", NULL, "wget speaks HTTP itself."},
};

const struct sc_plugin_host *sc_plugin_host(const char *name)
{
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        size_t n = strlen(hosts[i].program);
        if (strncmp(name, hosts[i].program, n) == 0 &&
            name[n + strspn(name + n, "0123456789.-")] == '\0')
            return &hosts[i];
    }
    return NULL;
}

int sc_plugin_files(const struct sc_plugin_host *h, void (*found)(const char *path, void *arg),
                    void *arg)
{
    char pattern[256];
    int count = 0;
    for (const char *p = h->globs ? h->globs : ""; *p;) {
        int n = (int)strcspn(p, " ");
        glob_t g;
        snprintf(pattern, sizeof pattern, "%.*s", n, p);
        if (glob(pattern, 0, NULL, &g) == 0) {
            for (size_t i = 0; i < g.gl_pathc; i++, count++)
                found(g.gl_pathv[i], arg);
            globfree(&g);
        }
        p += n + (p[n] != '\0');
    }
    return count;
}
