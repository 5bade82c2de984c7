#!/usr/bin/env bats
# steadycurl doctor: which libcurl, which flavour, covered or not, and why.

bats_require_minimum_version 1.5.0

setup() {
    steadycurl=$SC_TOP/build/steadycurl
    dir=$(mktemp -d)
    cd "$dir" || return
    unset STEADYCURL_POLICY STEADYCURL_LOG STEADYCURL_DISABLE XDG_RUNTIME_DIR LD_PRELOAD
    export XDG_CONFIG_HOME=$dir/none HOME=$dir STEADYCURL_STATE=$dir/state
}

teardown() {
    cd / || return
    rm -rf "$dir"
}

has() {
    [[ $output == *"$1"* ]] || {
        echo "lacks: $1"
        echo "$output"
        return 1
    }
}

program_with() { # NAME DECLARATIONS BODY LIBRARIES...
    local name=$1 declarations=$2 body=$3
    shift 3
    printf '%s\nint main(void) { %s; return 0; }\n' "$declarations" "$body" >"$name.c"
    gcc -o "$name" "$name.c" "$@"
}

@test "a program linked to OpenSSL's libcurl is covered" {
    program_with openssl 'void *curl_easy_perform(void *);' 'curl_easy_perform(0)' -l:libcurl.so.4
    run -0 "$steadycurl" doctor -- ./openssl
    has "libcurl.so.4 (libcurl/"
    has "OpenSSL, symbols CURL_OPENSSL_4"
    has "covered: it is linked to libcurl"
    has "$SC_TOP/build/libsteadycurl.so"
    has "$SC_TOP/build/steadycurl-engine.so"
}

@test "a program linked to GnuTLS's libcurl is covered" {
    program_with gnutls 'void *curl_easy_perform(void *);' 'curl_easy_perform(0)' \
        -l:libcurl-gnutls.so.4
    run -0 "$steadycurl" doctor -- ./gnutls
    has "GnuTLS, symbols CURL_GNUTLS_"
}

@test "a program that drives the multi interface is covered" {
    program_with multi 'void *curl_multi_add_handle(void *, void *);' 'curl_multi_add_handle(0, 0)' \
        -l:libcurl.so.4
    run -0 "$steadycurl" doctor -- ./multi
}

@test "a program without libcurl, or with one of its own, is not covered" {
    program_with plain '' ''
    run -1 "$steadycurl" doctor -- ./plain
    has "not covered: it is not linked to libcurl"
    program_with own 'const char *volatile v = "libcurl/8.1.2";' ''
    run -1 "$steadycurl" doctor -- ./own
    has "libcurl/8.1.2"
    has "a copy of libcurl of its own"
    program_with exports 'void *curl_easy_perform(void *p) { return p; }' '' -rdynamic
    run -1 "$steadycurl" doctor -- ./exports
    has "exports libcurl functions of its own"
}

@test "static, foreign and absent programs are not covered" {
    program_with static '' '' -static
    run -1 "$steadycurl" doctor -- ./static
    has "not covered: ./static is statically linked"
    run -1 "$steadycurl" doctor -- no-such-program
    has "not covered: no-such-program: program not found"
}

@test "hosts that load libcurl as a plugin are known" {
    compgen -G '/usr/lib/php/*/curl.so' >/dev/null || skip "no php-curl"
    run -0 "$steadycurl" doctor -- php
    has "/curl.so"
    has "libcurl.so.4"
    has "PHP's curl extension is covered"
}

@test "a shell is covered by itself, a shell script as far as its commands are" {
    run -0 "$steadycurl" doctor -- bash
    has "inherit the library"
    cat >script <<'SCRIPT'
#!/bin/sh
# wget in a comment is none
x=$(timeout 10 curl -s http://127.0.0.1/ | jq .)
cat <<TEXT
wget in a text is none
TEXT
echo "use wget"
SCRIPT
    chmod +x script
    run -0 "$steadycurl" doctor -- ./script
    has "script    ./script"
    has "line 3, curl: covered"
    has "covered: its calls by curl are covered"
    [[ $output != *wget* ]]
    for uncovered in 'wget x' 'psql -c x' 'if sudo curl x; then :; fi' 'env -i curl x' \
        'true && ssh host curl' 'LD_PRELOAD=/x curl x' 'unset LD_PRELOAD; :' 'docker run x' \
        'flatpak run org.x' 'sh -c "wget x"' 'nohup nice -n 5 wget x'; do
        printf '#!/bin/sh\ncurl x\n%s\n' "$uncovered" >script
        run -3 "$steadycurl" doctor -- ./script
        has "depends: its calls by curl are covered, those by "
        has "calls     line 3, "
    done
    printf '#!/bin/sh\nsudo curl x\n' >script
    run -1 "$steadycurl" doctor -- ./script
    has "write: sudo steadycurl run -- PROGRAM"
    printf '#!/bin/sh\nLD_PRELOAD=/x:$LD_PRELOAD curl x\n' >script
    run -0 "$steadycurl" doctor -- ./script
    printf '#!/bin/sh\necho nothing\n' >script
    run -3 "$steadycurl" doctor -- ./script
    has "nothing in this shell script is known to make calls"
}

@test "a script is judged by how it makes its calls" {
    check() { # STATUS INTERPRETER TEXT
        command -v "$2" >/dev/null || return 0
        printf '%s\n' "$3" >script
        run -"$1" "$steadycurl" doctor -- "$2" script || {
            echo "$2: $3: $output"
            return 1
        }
        { echo "#!$(command -v "$2")" && cat script; } >with
        chmod +x with
        run -"$1" "$steadycurl" doctor -- ./with
    }
    for bad in 'import requests' 'import os, requests' 'from openai import OpenAI' \
        'from urllib.request import urlopen' '  import httpx as h' 'import google.genai'; do
        check 1 /usr/bin/python3 "$bad"
    done
    if python3 -c 'import pycurl' 2>/dev/null || [ -n "$(compgen -G '/usr/lib/python3/dist-packages/pycurl*')" ]; then
        check 0 /usr/bin/python3 'import pycurl'
        check 3 /usr/bin/python3 $'import pycurl\nimport requests'
        check 0 /usr/bin/python3 $'import pycurl # not requests\nx = "import"'
    fi
    check 3 /usr/bin/python3 'import json'
    check 3 /usr/bin/python3 'import subprocess'
    check 3 /usr/bin/python3 $'import requests\nimport subprocess'
    check 1 perl 'use LWP::UserAgent;'
    check 1 perl 'require HTTP::Tiny;'
    check 3 perl 'use strict; system("curl x");'
    if compgen -G '/usr/lib/*/perl5/*/auto/WWW/Curl/Curl.so' >/dev/null; then
        check 0 perl 'use WWW::Curl::Easy;'
        check 3 perl $'use WWW::Curl::Easy;\nuse LWP::Simple;'
    fi
    check 1 ruby "require 'net/http'"
    if compgen -G '/usr/share/rubygems-integration/*/gems/ethon-*' >/dev/null; then
        check 0 ruby 'require "typhoeus"'
        check 3 ruby $'require "typhoeus"\nrequire "faraday"'
    fi
    if compgen -G '/usr/lib/php/*/curl.so' >/dev/null; then
        check 0 php '<?php curl_exec(curl_init());'
        check 1 php '<?php echo file_get_contents("https://x/");'
        check 3 php '<?php echo file_get_contents("x.json");'
    fi
    check 1 node 'fetch("https://x/")'
}

@test "a script may be given as text or as a module" {
    run -0 "$steadycurl" doctor -- bash -c 'curl x'
    run -1 "$steadycurl" doctor -- bash -c 'wget x'
    run -1 "$steadycurl" doctor -- /usr/bin/python3 -c 'import requests'
    run -1 "$steadycurl" doctor -- /usr/bin/python3 -u -m httpx
    run -1 "$steadycurl" doctor -- perl -e 'use LWP; get("x")'
}

@test "an interpreter alone depends on what it runs" {
    run -3 "$steadycurl" doctor -- perl
    has "LWP and HTTP::Tiny do not use libcurl"
}

@test "of several programs each is looked at; the worst counts" {
    program_with plain '' ''
    run -1 "$steadycurl" doctor -- curl ./plain
    has "covered: curl: it is linked to libcurl"
    has "not covered: ./plain: it is not linked"
    run -1 "$steadycurl" doctor curl no-such-program
    has "not covered: no-such-program: no-such-program: program not found"
    run -3 "$steadycurl" doctor curl perl curl
    run -0 "$steadycurl" doctor curl curl
    # What follows a program's first option is its own.
    run -0 "$steadycurl" doctor curl -s no-such-program
    run -0 "$steadycurl" doctor curl http://127.0.0.1/
}

@test "programs that have their calls made elsewhere, or start others, are known" {
    check() { # STATUS NAME WORDS
        ln -sf "$(type -P true)" "$2"
        run -"$1" "$steadycurl" doctor -- "./$2" || {
            echo "$2: $output"
            return 1
        }
        has "$3"
    }
    check 1 psql "made by the server process"
    check 1 sudo "write: sudo steadycurl run"
    check 1 docker "install steadycurl in the image"
    check 1 flatpak "runs confined"
    check 1 node "do not use libcurl"
    check 1 wget2 "speaks HTTP itself"
    for starter in vim vim.basic nano emacs-nox make cron env xargs; do
        check 0 $starter "the programs that it starts inherit the library"
    done
    check 3 tmux "was started without the library"
    check 3 luajit "functions looked up by name are"
}

@test "plugins of a virtual environment are found, also as a package" {
    mkdir -p venv/bin venv/lib/python3.99/site-packages/pycurl
    ln -s "$(type -P true)" venv/bin/python3
    echo 'int f(void) { return 0; }' >f.c
    gcc -shared -fPIC -o venv/lib/python3.99/site-packages/pycurl/_pycurl.so f.c -Wl,--no-as-needed -l:libcurl.so.4
    echo 'import pycurl' >script.py
    run -0 "$steadycurl" doctor -- ./venv/bin/python3 script.py
    has "pycurl/_pycurl.so"
    # A wheel with libcurl linked into it.
    echo 'const char *f(void) { return "libcurl/8.1.2"; }' >f.c
    rm -r venv/lib/python3.99/site-packages/pycurl
    gcc -shared -fPIC -o venv/lib/python3.99/site-packages/pycurl.so f.c
    compgen -G '/usr/lib/python3/dist-packages/pycurl*' >/dev/null && return 0
    run -1 "$steadycurl" doctor -- ./venv/bin/python3 script.py
    has "contains a copy of libcurl of its own"
}

@test "a program that loads libcurl by name is covered, unless dlsym is left alone" {
    program_with loads '#include <dlfcn.h>' 'dlopen("libcurl.so.4", RTLD_NOW)'
    run -0 "$steadycurl" doctor -- ./loads
    has "functions looked up by name are covered"
    STEADYCURL_KEEP_DLSYM=1 run -1 "$steadycurl" doctor -- ./loads
    has "STEADYCURL_KEEP_DLSYM"
    program_with plugins '#include <dlfcn.h>' 'dlopen("x", RTLD_NOW)'
    run -3 "$steadycurl" doctor -- ./plugins
    has "loads plugins"
    program_with starts '#include <unistd.h>' 'execlp("x", "x", (char *)0)'
    run -3 "$steadycurl" doctor -- ./starts
    has "starts programs"
}

@test "wrappers that lose the environment are named" {
    run -1 "$steadycurl" doctor -- env -i curl -s x
    has "env -i: not covered"
    run -1 "$steadycurl" doctor -- timeout 9 wget x
    run -0 "$steadycurl" doctor -- timeout 9 nice curl -s x
    run -0 "$steadycurl" doctor -- env A=1 curl -s x
    printf '#!/usr/bin/env -i perl\nuse WWW::Curl;\n' >script
    chmod +x script
    run -1 "$steadycurl" doctor -- ./script
    has "env -i"
    program_with image '' ''
    printf 'AI\002' | dd of=image bs=1 seek=8 conv=notrunc status=none
    run -1 "$steadycurl" doctor -- ./image
    has "--appimage-extract"
}

# An installation of its own, to be broken.
installed() { # FOLDER
    mkdir -p "$1"
    cp "$SC_TOP"/build/{steadycurl,libsteadycurl.so,steadycurl-engine.so} "$1"
}

@test "an installation that cannot work is not covered: missing, damaged, a blank in the path" {
    installed gone
    rm gone/steadycurl-engine.so
    run -1 gone/steadycurl doctor -- curl
    has "engine    MISSING"
    has "not covered: steadycurl-engine.so is missing; install steadycurl again"
    installed cut
    truncate -s 100000 cut/steadycurl-engine.so
    run -1 cut/steadycurl doctor -- curl
    has "not covered: steadycurl-engine.so cannot be loaded"
    echo text >cut/steadycurl-engine.so
    run -1 cut/steadycurl doctor -- curl
    has "engine    UNUSABLE"
    for folder in "with blank" with:colon; do
        installed "$folder"
        run -1 "$folder/steadycurl" doctor -- curl
        has "install under another prefix"
    done
}

@test "what switches it off, or an invalid policy, is not covered" {
    STEADYCURL_DISABLE=1 run -1 "$steadycurl" doctor -- curl
    has "not covered: STEADYCURL_DISABLE=1 switches everything off; unset it"
    STEADYCURL_DISABLE=0 run -0 "$steadycurl" doctor -- curl
    echo '{"version": 1, "rulez": []}' >bad.json
    run -1 "$steadycurl" doctor -p bad.json -- curl
    has "not covered: the policy is invalid; steadycurl check bad.json"
    run -1 "$steadycurl" doctor -p none.json -- curl
    echo '{"version": 1, "rules": []}' >empty.json
    run -1 "$steadycurl" doctor -p empty.json -- curl
    has "the policy has no rule"
    [ "$(id -u)" -eq 0 ] || return 0
    echo '{"version": 1, "rules": [{"match": {"host": "a"}}]}' >open.json
    run -0 "$steadycurl" doctor -p open.json -- curl
    chmod 666 open.json
    run -1 "$steadycurl" doctor -p open.json -- curl
    has "not covered: the policy is refused: anybody may write"
}

@test "a log, home or state that cannot be used: covered, but it depends" {
    run -0 "$steadycurl" doctor -l new/log -- curl
    has "log       new/log"
    [ ! -e new ]
    mkdir folder
    run -3 "$steadycurl" doctor -l folder -- curl
    has "log       UNUSABLE: folder: it is a directory"
    has "depends: calls are covered, but not logged"
    touch file
    STEADYCURL_LOG=$dir/file/log run -3 "$steadycurl" doctor -- curl
    has "a part of the path is not a directory"
    mkdir -m 0777 open
    chmod 0777 open
    run -3 "$steadycurl" doctor -s open -- curl
    has "depends: calls are covered, but limits, breaker and budgets count for each process alone"
    has "others may write to it"
    run -3 "$steadycurl" doctor -s file -- curl
    run -0 "$steadycurl" doctor -s new -- curl
    has "new (made by the first call)"
    [ ! -e new ]
    run env -u HOME -u XDG_STATE_HOME "$steadycurl" doctor -- curl
    has "HOME      not set"
    run -0 env -u HOME "$steadycurl" doctor -l "$dir/log" -- curl
    [ "$(id -u)" -eq 0 ] || return 0
    # A user whom /etc/passwd does not know.
    cp "$steadycurl" "$SC_TOP"/build/{libsteadycurl.so,steadycurl-engine.so} .
    chmod 755 .
    run -3 setpriv --reuid 48212 --clear-groups env -u HOME -u XDG_STATE_HOME -u STEADYCURL_STATE ./steadycurl doctor -- curl
    has "depends: calls are covered, but not logged: HOME is not set"
}

@test "as JSON it says the same" {
    program_with plain '' ''
    run -1 "$steadycurl" doctor -j -- curl ./plain
    echo "$output" | jq -e '.answer == "not covered" and .programs[0].answer == "covered" and
        .programs[1].name == "./plain" and (.facts | map(.what) | index("engine")) and
        (.programs[0].facts | map(.what) | index("libcurl"))'
}

@test "a program whose libraries are missing is said to be" {
    echo 'int f(void) { return 0; }' >lib.c
    gcc -shared -fPIC -o libgone.so lib.c
    program_with lost 'int f(void);' 'f()' -L. -lgone
    rm libgone.so
    run -1 "$steadycurl" doctor -- ./lost
    has "its libraries cannot be found out"
}

@test "the policy is named and checked" {
    program_with plain '' ''
    run "$steadycurl" doctor -- ./plain
    has "policy    built-in (no file found)"
    echo '{"version": 1, "rules": []}' >good.json
    run "$steadycurl" doctor --policy good.json -- ./plain
    has "policy    good.json (valid, 0 rules)"
    echo '{"version": 1, "rulez": []}' >bad.json
    STEADYCURL_POLICY=bad.json run "$steadycurl" doctor -- ./plain
    has "policy    INVALID: bad.json:1:"
    STEADYCURL_DISABLE=1 run "$steadycurl" doctor -- ./plain
    has "STEADYCURL_DISABLE=1: everything is off"
}

@test "wrong usage is explained" {
    run -2 "$steadycurl" doctor
    has "which program?"
}
