#!/usr/bin/env bats
# What the built objects export, need and refer to. They are mapped into programs that are not
# ours, so each line here is a promise to somebody.

bats_require_minimum_version 1.5.0

setup() {
    build=$SC_TOP/build
    preload=$build/libsteadycurl.so
    engine=$build/steadycurl-engine.so
    store=$build/steadycurl-store.so
    for needed in nm readelf; do
        command -v $needed >/dev/null || skip "no $needed"
    done
}

exports() {
    nm -D --defined-only "$1" | awk '{print $3}' | sort
}

# NAME or NAME@VERSION, one a line.
wants() {
    nm -D --undefined-only "$1" | awk '{print $2}'
}

needed() {
    readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'
}

# The newest GLIBC_x.y that an object asks for.
newest_glibc() {
    wants "$1" | sed -n 's/.*@GLIBC_//p' | sort -V | tail -n 1
}

none() { # EXTENDED_REGEX: no line of stdin may match
    run -1 grep -iE "$1"
}

refuse() { # OBJECT EXTENDED_REGEX: no undefined symbol may match
    wants "$1" | none "^($2)(@|$)"
}

@test "the preload exports exactly the interposed names, without versions" {
    expected=$(printf '%s\n' curl_easy_cleanup curl_easy_duphandle curl_easy_getinfo \
        curl_easy_header curl_easy_init curl_easy_nextheader curl_easy_pause curl_easy_perform \
        curl_easy_recv curl_easy_reset curl_easy_send curl_easy_setopt curl_mime_data_cb \
        curl_mime_filedata curl_mime_filename curl_mime_headers curl_mime_type \
        curl_multi_add_handle curl_multi_cleanup curl_multi_get_handles curl_multi_get_offt \
        curl_multi_info_read curl_multi_init curl_multi_notify_disable curl_multi_notify_enable \
        curl_multi_perform curl_multi_poll curl_multi_remove_handle curl_multi_setopt \
        curl_multi_socket curl_multi_socket_action curl_multi_socket_all curl_multi_timeout \
        curl_multi_wait dlopen dlsym)
    diff <(exports "$preload") <(sort <<<"$expected")
    readelf -VW "$preload" | none 'version definition'
}

@test "the engine exports its table and nothing else" {
    [ "$(exports "$engine")" = sc_engine_table ]
}

@test "the store exports its table and nothing else, SQLite's names are its own" {
    [ "$(exports "$store")" = sc_store_entry ]
    refuse "$store" 'sqlite3_.*|curl_.*'
    needed "$store" | none 'sqlite|curl'
    needed "$engine" | none 'sqlite|store'
}

@test "the connection to Redis exports its entry and nothing else, hiredis' names are its own" {
    redis=$build/steadycurl-redis.so
    [ -e "$redis" ] || skip "built without hiredis"
    [ "$(exports "$redis")" = sc_redis_entry ]
    refuse "$redis" 'redis.*|sds.*|curl_.*'
    [ "$(needed "$redis")" = libc.so.6 ]
    refuse "$redis" 'signal|sigaction|setenv|fork|v?printf|puts|stderr|stdout|pthread_create'
    needed "$engine" | none 'redis'
    readelf -dW "$redis" | grep -q 'FLAGS_1.*NOW'
    readelf -dW "$redis" | none 'TEXTREL|RPATH|RUNPATH'
}

@test "the preload needs libc and nothing else, of any age" {
    [ "$(needed "$preload")" = libc.so.6 ]
    case $(uname -m) in
    x86_64) [[ $(newest_glibc "$preload") =~ ^2\.(2\.5|14)$ ]] ;; # 2.14: memcpy, if it is not inlined
    aarch64) [ "$(newest_glibc "$preload")" = 2.17 ] ;;
    esac
}

@test "the engine needs libc and nothing else" {
    [ "$(needed "$engine")" = libc.so.6 ]
    # What Debian 12 has. Built with a newer libc, strtol and its like have another name there.
    wants "$engine" | grep -v '^__isoc23_' | sed -n 's/.*@GLIBC_//p' >"$BATS_TEST_TMPDIR/versions"
    [ "$( (echo 2.36 && cat "$BATS_TEST_TMPDIR/versions") | sort -V | tail -n 1)" = 2.36 ]
}

@test "neither refers to a libcurl function by name" {
    refuse "$preload" 'curl_.*'
    refuse "$engine" 'curl_.*'
}

@test "the preload refers to no function that it exports or that libdl used to hold" {
    refuse "$preload" 'dlopen|dlsym|dlclose|dlerror|dladdr1?|dlvsym|dlinfo'
}

@test "nothing in the engine ends, speaks for or rearranges its host" {
    refuse "$engine" '_?_?exit|_Exit|quick_exit|abort|atexit|__assert_fail|raise|tgkill'
    # kill only asks whether a holder of shared state lives.
    [ -z "$(grep -rhoE '\<kill\(.*' "$SC_TOP"/src/{preload,engine,common} --include='*.c' | grep -v ', 0)')" ]
    refuse "$engine" 'setenv|unsetenv|putenv|clearenv'
    refuse "$engine" 'setlocale|newlocale|uselocale|strtod|strtof|strtold|atof|(__isoc[0-9]+_)?sscanf'
    refuse "$engine" 'srand|rand|srandom|random|[dlm]rand48|[ejn]rand48|srand48'
    refuse "$engine" 'signal|bsd_signal|sigset|siginterrupt|alarm|setitimer|timer_create'
    refuse "$engine" 'v?printf|__v?printf_chk|puts|putchar|perror|psignal|err|errx|warn|warnx|stderr'
    refuse "$engine" 'fork|vfork|posix_spawnp?|exec[lv]p?e?|system|popen|pthread_create|clone'
    refuse "$engine" 'chdir|fchdir|umask|dup2|dup3|setrlimit|prctl|(set)?longjmp|strtok|gmtime|localtime|ctime'
}

@test "nothing in the preload does either" {
    refuse "$preload" '_?_?exit|_Exit|abort|setenv|putenv|unsetenv|setlocale|srand|rand|random'
    refuse "$preload" 'signal|sigaction|pthread_.*|fork|v?printf|puts|fopen|stderr|stdout'
}

@test "all are hardened: relro, bind now, no text relocations, no executable stack" {
    for object in "$preload" "$engine" "$store"; do
        readelf -lW "$object" | grep -q GNU_RELRO
        readelf -dW "$object" | grep -q 'FLAGS_1.*NOW'
        readelf -dW "$object" | none 'TEXTREL|RPATH|RUNPATH'
        readelf -lW "$object" | grep -E 'GNU_STACK +0x0+ 0x0+ 0x0+ 0x0+ 0x0+ RW +0x'
        readelf -lW "$object" | none 'LOAD .* RWE'
    done
}

@test "the preload keeps the program's name when it is loaded, and does nothing else, nor when the program ends" {
    # One entry (offset, size) is the compiler's own; the other one copies 63 bytes at most and calls nobody.
    readelf -SW "$preload" | grep -qE "\.init_array .* 000010 08 "
    readelf -SW "$preload" | grep -qE "\.fini_array .* 000008 08 "
    nm "$preload" | none 'ctor|constructor|_GLOBAL__'
    diff <(nm -u "$SC_TOP/build/obj/preload/bind/program.o" | awk '{print $2}') \
        <(printf '%s\n' _GLOBAL_OFFSET_TABLE_ program_invocation_short_name)
}

@test "a program without libcurl gets one object more, and no engine" {
    LD_BIND_NOW=1 run -0 env LD_PRELOAD="$preload" cat /proc/self/maps
    objects=$(grep -oE '/[^ ]*\.so[^ ]*$' <<<"$output" | sort -u)
    run -0 cat /proc/self/maps
    plain=$(grep -oE '/[^ ]*\.so[^ ]*$' <<<"$output" | sort -u)
    [ "$(comm -23 <(echo "$objects") <(echo "$plain"))" = "$preload" ]
    [ -z "$(comm -13 <(echo "$objects") <(echo "$plain"))" ]
}

@test "the preload leaves /bin/true as it is" {
    run -0 --separate-stderr env LD_BIND_NOW=1 LD_PRELOAD="$preload" /bin/true
    [ -z "$output$stderr" ]
}

@test "the engine loads under LD_BIND_NOW with libc alone" {
    cat >"$BATS_TEST_TMPDIR/load.c" <<'END'
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv)
{
    void *h = dlopen(argc > 1 ? argv[1] : "", RTLD_NOW | RTLD_LOCAL);
    if (!h || !dlsym(h, "sc_engine_table"))
        return puts(dlerror()), 1;
    return 0;
}
END
    cc -o "$BATS_TEST_TMPDIR/load" "$BATS_TEST_TMPDIR/load.c"
    LD_BIND_NOW=1 run -0 "$BATS_TEST_TMPDIR/load" "$engine"
}
