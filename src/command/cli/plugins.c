/* plugins.c - see plugins.h. */
#include "cli/plugins.h"

#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INHERITS "the programs that it starts inherit the library and are covered like any other"
#define PHP                                                           \
    "/usr/lib/php/*/curl.so /usr/local/lib/php/extensions/*/curl.so " \
    "/usr/lib*/php/modules/curl.so /usr/lib/php*/modules/curl.so /opt/*/lib/php/*/curl.so"
#define R_PACKAGES                                                                               \
    "/usr/lib/R/*library/curl/libs/curl.so /usr/lib/R/*library/RCurl/libs/RCurl.so "             \
    "/usr/local/lib/R/*library/curl/libs/curl.so /usr/local/lib/R/*library/RCurl/libs/RCurl.so " \
    "~/R/*/*/curl/libs/curl.so /usr/lib/R/modules/internet.so"
#define LUA(version)                                                           \
    "/usr/lib/*/lua/" version "/*curl.so /usr/lib/*/lua/" version "/*cURL.so " \
    "/usr/local/lib/lua/" version "/*curl.so /usr/local/lib/lua/" version "/*cURL.so"

#define PHP_REMARK                                                                          \
    "PHP's curl extension is covered, also where PHP loads it with RTLD_DEEPBIND; its own " \
    "https:// streams are not"
#define R_REMARK \
    "RCurl is covered, the curl package, which httr and httr2 build on, and R's own download.file"
#define LUA_REMARK "lua-curl is covered; LuaSocket does not use libcurl"
#define NODE_REMARK \
    "Node's fetch and https do not use libcurl, and node-libcurl brings its own copy"

/* Starters that begin with an environment of their own. */
#define CLEARS(how, instead) how " starts its program without LD_PRELOAD; write: " instead

static const struct sc_plugin_host hosts[] = {
    {"php", SC_COVERED, PHP, PHP_REMARK},
    {"php-fpm", SC_COVERED, PHP, PHP_REMARK},
    {"php-cgi", SC_COVERED, PHP, PHP_REMARK},
    {"apache2", SC_COVERED, PHP, "its PHP module's curl extension is covered"},
    {"httpd", SC_COVERED, PHP, "its PHP module's curl extension is covered"},
    {"frankenphp", SC_DEPENDS, NULL, "where it brings libcurl as a library, PHP's curl is covered"},
    /* The module was one file, and is a package since pycurl 7.46. */
    {"python", SC_DEPENDS,
     "/usr/lib/python3/dist-packages/pycurl*.so "
     "/usr/lib/python3/dist-packages/pycurl/_pycurl*.so "
     "/usr/local/lib/python3*/*-packages/pycurl*.so "
     "/usr/local/lib/python3*/*-packages/pycurl/_pycurl*.so "
     "/usr/lib*/python3.*/*-packages/pycurl*.so "
     "/usr/lib*/python3.*/*-packages/pycurl/_pycurl*.so "
     "@/lib*/python3*/site-packages/pycurl*.so "
     "@/lib*/python3*/site-packages/pycurl/_pycurl*.so "
     "~/.local/lib/python3*/site-packages/pycurl*.so "
     "~/.local/lib/python3*/site-packages/pycurl/_pycurl*.so",
     "pycurl is covered; requests, httpx, urllib and the SDKs built on them do not use libcurl"},
    {"pypy", SC_DEPENDS, "@/lib*/pypy*/site-packages/pycurl*.so",
     "pycurl is covered; requests, httpx, urllib and the SDKs built on them do not use libcurl"},
    {"perl", SC_DEPENDS,
     "/usr/lib/*/perl5/*/auto/WWW/Curl/Curl.so /usr/lib/*/perl5/*/auto/Net/Curl/Curl.so "
     "/usr/local/lib/*/perl/*/auto/WWW/Curl/Curl.so /usr/local/lib/*/perl/*/auto/Net/Curl/Curl.so",
     "WWW::Curl and Net::Curl are covered; LWP and HTTP::Tiny do not use libcurl"},
    {"R", SC_COVERED, R_PACKAGES, R_REMARK},
    {"Rscript", SC_COVERED, R_PACKAGES, R_REMARK},
    {"git", SC_COVERED, "/usr/lib/git-core/git-remote-http /usr/libexec/git-core/git-remote-http",
     "git-remote-http, which git starts for http and https, is covered"},
    {"lua5.1", SC_DEPENDS, LUA("5.1"), LUA_REMARK},
    {"lua5.2", SC_DEPENDS, LUA("5.2"), LUA_REMARK},
    {"lua5.3", SC_DEPENDS, LUA("5.3"), LUA_REMARK},
    {"lua5.4", SC_DEPENDS, LUA("5.4"), LUA_REMARK},
    {"lua", SC_DEPENDS, LUA("5.?"), LUA_REMARK},
    {"luajit", SC_DEPENDS, NULL,
     "libcurl by LuaJIT's FFI is covered, as functions looked up by name are; LuaSocket is not"},
    {"ruby", SC_DEPENDS,
     "/usr/lib/*/ruby/vendor_ruby/*/curb_core.so /var/lib/gems/*/gems/curb-*/lib/curb_core.so "
     "/var/lib/gems/*/extensions/*/*/curb-*/curb_core.so "
     "/usr/lib/*/ruby/vendor_ruby/*/patron/session_ext.so "
     "/usr/lib/ruby/vendor_ruby/ethon.rb "
     "/usr/share/rubygems-integration/*/gems/ethon-*/lib/ethon.rb "
     "/var/lib/gems/*/gems/ethon-*/lib/ethon.rb @/lib/ruby/gems/*/gems/ethon-*/lib/ethon.rb "
     "@/lib/ruby/gems/*/gems/curb-*/lib/curb_core.so ~/.gem/ruby/*/gems/ethon-*/lib/ethon.rb",
     "curb, patron, ethon and typhoeus are covered; Net::HTTP and what builds on it are not"},
    {"tclsh", SC_DEPENDS,
     "/usr/lib/*/tcltk/*/[Tt]cl[Cc]url*/*.so /usr/lib/tcltk/*/[Tt]cl[Cc]url*/*.so",
     "TclCurl is covered; Tcl's http package does not use libcurl"},
    {"asterisk", SC_COVERED,
     "/usr/lib/*/asterisk/modules/res_curl.so /usr/lib/asterisk/modules/res_curl.so "
     "/usr/lib64/asterisk/modules/res_curl.so /usr/lib/*/asterisk/modules/func_curl.so "
     "/usr/lib/asterisk/modules/func_curl.so",
     "res_curl.so, by which CURL() and realtime make their calls, is covered"},
    {"postgres", SC_COVERED,
     "/usr/lib/postgresql/*/lib/http.so /usr/lib/postgresql/*/lib/pg_net.so "
     "/usr/pgsql-*/lib/http.so /usr/pgsql-*/lib/pg_net.so /usr/local/lib/postgresql/http.so "
     "/usr/lib64/pgsql/http.so",
     "the extension http is covered, if the server is started with the library (README)"},

    {"make", SC_COVERED, NULL, INHERITS},
    {"gmake", SC_COVERED, NULL, INHERITS},
    {"ninja", SC_COVERED, NULL, INHERITS},
    {"cron", SC_COVERED, NULL, INHERITS},
    {"crond", SC_COVERED, NULL, INHERITS},
    {"anacron", SC_COVERED, NULL, INHERITS},
    {"vi", SC_COVERED, NULL, INHERITS},
    {"vim", SC_COVERED, NULL, INHERITS},
    {"vim.basic", SC_COVERED, NULL, INHERITS},
    {"vim.tiny", SC_COVERED, NULL, INHERITS},
    {"vim.nox", SC_COVERED, NULL, INHERITS},
    {"vim.gtk", SC_COVERED, NULL, INHERITS},
    {"nvim", SC_COVERED, NULL, INHERITS},
    {"view", SC_COVERED, NULL, INHERITS},
    {"nano", SC_COVERED, NULL, INHERITS},
    {"emacs", SC_COVERED, NULL, INHERITS},
    {"emacs-gtk", SC_COVERED, NULL, INHERITS},
    {"emacs-nox", SC_COVERED, NULL, INHERITS},
    {"emacs-lucid", SC_COVERED, NULL, INHERITS},
    {"ed", SC_COVERED, NULL, INHERITS},
    {"less", SC_COVERED, NULL, INHERITS},
    {"env", SC_COVERED, NULL, INHERITS},
    {"xargs", SC_COVERED, NULL, INHERITS},
    {"find", SC_COVERED, NULL, INHERITS},
    {"parallel", SC_COVERED, NULL, INHERITS},
    {"nohup", SC_COVERED, NULL, INHERITS},
    {"nice", SC_COVERED, NULL, INHERITS},
    {"ionice", SC_COVERED, NULL, INHERITS},
    {"setsid", SC_COVERED, NULL, INHERITS},
    {"stdbuf", SC_COVERED, NULL, INHERITS},
    {"time", SC_COVERED, NULL, INHERITS},
    {"timeout", SC_COVERED, NULL, INHERITS},
    {"watch", SC_COVERED, NULL, INHERITS},
    {"script", SC_COVERED, NULL, INHERITS},
    {"expect", SC_COVERED, NULL, INHERITS},
    {"flock", SC_COVERED, NULL, INHERITS},
    {"awk", SC_COVERED, NULL, INHERITS},
    {"mawk", SC_COVERED, NULL, INHERITS},
    {"gawk", SC_COVERED, NULL, INHERITS},
    {"tini", SC_COVERED, NULL, INHERITS},
    {"dumb-init", SC_COVERED, NULL, INHERITS},
    {"screen", SC_DEPENDS, NULL, "a session that was started without the library stays without"},
    {"tmux", SC_DEPENDS, NULL, "a server that was started without the library stays without"},

    {"psql", SC_NOT_COVERED, NULL,
     "its queries' calls are made by the server process, postgres, which does not inherit from "
     "it; start that with the library (README)"},
    {"pgcli", SC_NOT_COVERED, NULL,
     "its queries' calls are made by the server process, postgres, which does not inherit from "
     "it; start that with the library (README)"},
    {"mysql", SC_NOT_COVERED, NULL,
     "its queries' calls are made by the server process, which does not inherit from it"},
    {"mariadb", SC_NOT_COVERED, NULL,
     "its queries' calls are made by the server process, which does not inherit from it"},

    {"sudo", SC_NOT_COVERED, NULL, CLEARS("sudo", "sudo steadycurl run -- PROGRAM")},
    {"doas", SC_NOT_COVERED, NULL, CLEARS("doas", "doas steadycurl run -- PROGRAM")},
    {"su", SC_NOT_COVERED, NULL, CLEARS("su", "su -c 'steadycurl run -- PROGRAM'")},
    {"runuser", SC_NOT_COVERED, NULL,
     CLEARS("runuser", "runuser -u USER -- steadycurl run -- PROGRAM")},
    {"pkexec", SC_NOT_COVERED, NULL, CLEARS("pkexec", "pkexec steadycurl run -- PROGRAM")},
    {"ssh", SC_NOT_COVERED, NULL,
     CLEARS("ssh", "ssh HOST steadycurl run -- PROGRAM, installed there")},
    {"at", SC_NOT_COVERED, NULL, CLEARS("at", "steadycurl run -- PROGRAM in the job")},
    {"batch", SC_NOT_COVERED, NULL, CLEARS("batch", "steadycurl run -- PROGRAM in the job")},
    {"crontab", SC_NOT_COVERED, NULL, CLEARS("cron", "steadycurl run -- PROGRAM in the table")},
    {"systemctl", SC_NOT_COVERED, NULL,
     "systemd starts services with an environment of their own; name the library in the unit "
     "(README)"},
    {"service", SC_NOT_COVERED, NULL,
     "services start with an environment of their own; name the library in the unit (README)"},
    {"systemd-run", SC_NOT_COVERED, NULL,
     CLEARS("systemd-run", "systemd-run steadycurl run -- PROGRAM")},
    {"docker", SC_NOT_COVERED, NULL,
     "what it starts runs in a container; install steadycurl in the image and wrap the program "
     "there"},
    {"podman", SC_NOT_COVERED, NULL,
     "what it starts runs in a container; install steadycurl in the image and wrap the program "
     "there"},
    {"nerdctl", SC_NOT_COVERED, NULL,
     "what it starts runs in a container; install steadycurl in the image and wrap the program "
     "there"},
    {"kubectl", SC_NOT_COVERED, NULL,
     "what it starts runs in a container; install steadycurl in the image and wrap the program "
     "there"},
    {"snap", SC_NOT_COVERED, NULL,
     "a snap runs confined, with libraries and an environment of its own; use the program's "
     "package"},
    {"flatpak", SC_NOT_COVERED, NULL,
     "a flatpak runs confined, with libraries and an environment of its own; use the program's "
     "package"},

    {"node", SC_NOT_COVERED, NULL, NODE_REMARK},
    {"nodejs", SC_NOT_COVERED, NULL, NODE_REMARK},
    {"npm", SC_NOT_COVERED, NULL, NODE_REMARK},
    {"npx", SC_NOT_COVERED, NULL, NODE_REMARK},
    {"deno", SC_NOT_COVERED, NULL, "Deno's fetch does not use libcurl"},
    {"bun", SC_NOT_COVERED, NULL, "Bun's fetch does not use libcurl"},
    {"java", SC_NOT_COVERED, NULL, "Java's HTTP clients do not use libcurl"},
    {"dotnet", SC_NOT_COVERED, NULL, ".NET's HttpClient does not use libcurl"},
    {"go", SC_NOT_COVERED, NULL, "Go's net/http does not use libcurl"},
    {"wget", SC_NOT_COVERED, NULL, "wget speaks HTTP itself; use curl"},
    {"wget2", SC_NOT_COVERED, NULL, "wget speaks HTTP itself; use curl"},
    {"aria2c", SC_NOT_COVERED, NULL, "aria2c speaks HTTP itself; use curl"},
    {"http", SC_NOT_COVERED, NULL, "HTTPie builds on Python's requests; use curl"},
    {"https", SC_NOT_COVERED, NULL, "HTTPie builds on Python's requests; use curl"},
};

static bool is_named(const char *name, const char *program)
{
    size_t n = strlen(program);
    return strncmp(name, program, n) == 0 && name[n + strspn(name + n, "0123456789.-")] == '\0';
}

/* The exact name first: wget2 is not a wget. */
const struct sc_plugin_host *sc_plugin_host(const char *name)
{
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
        if (strcmp(name, hosts[i].program) == 0)
            return &hosts[i];
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
        if (is_named(name, hosts[i].program))
            return &hosts[i];
    return NULL;
}

/* A pattern with its "@" or "~" put in; false if there is nothing to put there. */
static bool expand(const char *pattern, int n, const char *program, char *buf, size_t size)
{
    const char *home = getenv("HOME"), *slash = strrchr(program, '/');
    int len;
    if (*pattern == '@')
        len = slash ? snprintf(buf, size, "%.*s/..%.*s", (int)(slash - program), program, n - 1,
                               pattern + 1)
                    : -1;
    else if (*pattern == '~')
        len = home && *home == '/' ? snprintf(buf, size, "%s%.*s", home, n - 1, pattern + 1) : -1;
    else
        len = snprintf(buf, size, "%.*s", n, pattern);
    return len > 0 && (size_t)len < size;
}

int sc_plugin_files(const struct sc_plugin_host *h, const char *program,
                    void (*found)(const char *path, void *arg), void *arg)
{
    char pattern[PATH_MAX];
    int count = 0;
    for (const char *p = h->globs ? h->globs : ""; *p;) {
        int n = (int)strcspn(p, " ");
        glob_t g;
        if (expand(p, n, program, pattern, sizeof pattern) && glob(pattern, 0, NULL, &g) == 0) {
            for (size_t i = 0; i < g.gl_pathc; i++, count++)
                found(g.gl_pathv[i], arg);
            globfree(&g);
        }
        p += n + (p[n] != '\0');
    }
    return count;
}

bool sc_is_shell(const char *name)
{
    static const char *const shells[] = {"sh",  "bash",  "dash", "zsh",     "ksh", "mksh",
                                         "ash", "rbash", "yash", "busybox", "fish"};
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
        if (strcmp(name, shells[i]) == 0)
            return true;
    return false;
}
