#!/usr/bin/env bats
# docs/options.md has a row for all that libcurl's headers name, here and in newer ones, and says
# "followed" of what the sources follow.

bats_require_minimum_version 1.5.0

setup() {
    cd "$SC_TOP" || return
    headers=$BATS_TEST_TMPDIR/headers
    # Types are checked by macros, which stand before the functions of the same names.
    echo '#include <curl/curl.h>' | cc -DCURL_DISABLE_TYPECHECK -E -P - >"$headers"
    echo '#include <curl/curl.h>' | cc -E -dM - >"$headers.macros"
}

named_by_headers() { # PREFIX: without it
    {
        grep -oE "\b$1[A-Z0-9_]+" "$headers"
        sed -nE "s/^#define ($1[A-Z0-9_]+) .*/\1/p" "$headers.macros"
    } | sed "s/^$1//" | sort -u
}

rows() { # SECTION [WORD]: the names in its rows, or in those that say followed, or passed
    sed -n "/^## $1\$/,/^## /p" docs/options.md | grep '^| [A-Za-z]' |
        awk -F ' *[|] *' -v word="${2-}" '!word || $3 == word { print $2 }' | tr ',' '\n' | tr -d ' ' | sort
}

none_missing() { # WHAT: standard input are names that have no row, or the wrong one
    local names
    names=$(cat)
    [ -z "$names" ] || { echo "$1: $names"; return 1; }
}

@test "every option and every value of libcurl's headers has one row" {
    local kind
    for kind in CURLOPT CURLINFO CURLMOPT; do
        [ "$(rows "$kind" | wc -l)" -gt 15 ]
        none_missing "$kind: twice in docs/options.md" < <(rows "$kind" | uniq -d)
        none_missing "$kind: not in docs/options.md" < <(comm -23 <(named_by_headers "${kind}_") <(rows "$kind"))
    done
}

@test "every function of libcurl's headers has one row" {
    none_missing 'twice in docs/options.md' < <(rows Functions | uniq -d)
    none_missing 'not in docs/options.md' < <(comm -23 \
        <(grep -oE '\bcurl_[a-z_]+ *\(' "$headers" | tr -d ' (' | sort -u) <(rows Functions))
}

@test "what the sources record or answer is said to be followed, and nothing else" {
    local kind
    for kind in CURLOPT CURLINFO CURLMOPT; do
        # FILE, INFILE, ... are other names of the same numbers. The sources name what they follow in
        # the rows of tables, and in cases.
        none_missing "$kind: followed, says docs/options.md, but not by the sources" < <(comm -23 \
            <(rows "$kind" followed | grep -vxE 'FILE|INFILE|WRITEHEADER|PROGRESSDATA|HTTP_CODE|ENCODING') \
            <(grep -rhoE "${kind}_[A-Z0-9_]+" src/engine | sed "s/^${kind}_//" | sort -u))
        none_missing "$kind: in the sources, but passed, says docs/options.md" < <(comm -12 \
            <(grep -rhoE "(case |[A-Z]\()(SC_)?${kind}_[A-Z0-9_]+" src/engine | sed -E "s/^.*${kind}_//" | sort -u) \
            <(rows "$kind" passed | grep -vxE 'LONG|DOUBLE|OFF_T|SOCKET|STRING'))
    done
}

@test "every function that the preload exports is said to be followed" {
    diff <(nm -D --defined-only build/libsteadycurl.so | awk '$3 ~ /^curl_/ { print $3 }' | sort) \
        <(rows Functions followed)
}
