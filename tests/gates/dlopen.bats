#!/usr/bin/env bats
# The exported dlopen is a tail call: the real one sees the program's own object as its caller.

bats_require_minimum_version 1.5.0

setup() {
    preload=$SC_TOP/build/libsteadycurl.so
    dir=$BATS_TEST_TMPDIR
    mkdir "$dir/far"
    cat >"$dir/inner.c" <<'END'
int inner(void) { return 42; }
END
    # Needs libcurl, so that RTLD_DEEPBIND takes the long way.
    cat >"$dir/curly.c" <<'END'
#include <curl/curl.h>
const char *curly(void) { return curl_version(); }
END
    cat >"$dir/outer.c" <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
static void one(const char *name, int flags)
{
    void *h;
    const char *said;
    dlerror();
    errno = 77;
    h = dlopen(name, flags);
    int after = errno;
    said = dlerror();
    printf("%s %x: %s errno=%d dlerror=%s\n", name ? name : "NULL", flags, h ? "found" : "missing",
           h ? after : 0, said ? said : "none");
    if (h && name)
        dlclose(h);
}
void outer(void)
{
    one("inner.so", RTLD_NOW);
    one("inner.so", RTLD_NOW | RTLD_DEEPBIND);
    one("inner.so", RTLD_NOW | RTLD_NOLOAD);
    one("curly.so", RTLD_NOW | RTLD_DEEPBIND);
    one("$ORIGIN/inner.so", RTLD_LAZY);
    one("$ORIGIN/inner.so", RTLD_LAZY | RTLD_DEEPBIND);
    one("nowhere.so", RTLD_NOW);
    one("nowhere.so", RTLD_NOW | RTLD_DEEPBIND);
    one("./nowhere.so", RTLD_NOW | RTLD_DEEPBIND);
    one(NULL, RTLD_NOW);
    one("inner.so", 0);
}
END
    cat >"$dir/main.c" <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv)
{
    void (*outer)(void);
    void *h = dlopen(argv[argc - 1], RTLD_NOW);
    if (!h)
        return puts(dlerror()), 1;
    *(void **)&outer = dlsym(h, "outer");
    outer();
    return 0;
}
END
}

build_with() { # COMPILER
    "$1" -shared -fPIC -o "$dir/far/inner.so" "$dir/inner.c"
    "$1" -shared -fPIC -Wl,--enable-new-dtags,-rpath,'$ORIGIN' -o "$dir/far/outer.so" "$dir/outer.c"
    "$1" -o "$dir/main" "$dir/main.c"
}

@test "RUNPATH and \$ORIGIN of the caller, dlerror and errno are as without the preload" {
    build_with cc
    cc -shared -fPIC -o "$dir/far/curly.so" "$dir/curly.c" -lcurl || skip "no libcurl to link"
    cd /
    direct=$("$dir/main" "$dir/far/outer.so")
    wrapped=$(LD_PRELOAD=$preload "$dir/main" "$dir/far/outer.so")
    diff <(echo "$direct") <(echo "$wrapped")
    [ "$(grep -c found <<<"$wrapped")" -eq 6 ]
    [ "$(grep -c 'nowhere.*missing.*cannot open shared object' <<<"$wrapped")" -eq 3 ]
}

@test "the same on aarch64, under qemu" {
    command -v aarch64-linux-gnu-gcc && command -v qemu-aarch64 || skip "no aarch64 compiler or qemu"
    [ -e /usr/aarch64-linux-gnu/lib/libc.so.6 ] || skip "no aarch64 libc"
    preload=$SC_TOP/build/aarch64/libsteadycurl.so
    "$SC_TOP/tests/gates/build-aarch64" >/dev/null
    build_with aarch64-linux-gnu-gcc
    # Stands in for an object that needs a libcurl, of which there is none for aarch64 here.
    echo 'int curl_version(void) { return 7; }' >"$dir/curl.c"
    aarch64-linux-gnu-gcc -shared -fPIC -Wl,-soname,libcurl.so.4 -o "$dir/far/libcurl.so.4" "$dir/curl.c"
    echo 'int curl_version(void); int curly(void) { return curl_version(); }' >"$dir/curly.c"
    aarch64-linux-gnu-gcc -shared -fPIC -Wl,--enable-new-dtags,-rpath,'$ORIGIN' \
        -o "$dir/far/curly.so" "$dir/curly.c" "$dir/far/libcurl.so.4"
    export QEMU_LD_PREFIX=/usr/aarch64-linux-gnu
    cd /
    direct=$(qemu-aarch64 "$dir/main" "$dir/far/outer.so")
    wrapped=$(qemu-aarch64 -E LD_PRELOAD="$preload" "$dir/main" "$dir/far/outer.so")
    diff <(echo "$direct") <(echo "$wrapped")
    [ "$(grep -c found <<<"$wrapped")" -eq 6 ]
    qemu-aarch64 -E LD_PRELOAD="$preload" -E STEADYCURL_DISABLE=1 "$dir/main" "$dir/far/outer.so"
}
