#!/usr/bin/env bats
# make install and uninstall, the manual pages, the completion.

bats_require_minimum_version 1.5.0

setup() {
    steadycurl=$SC_TOP/build/steadycurl
    dir=$(mktemp -d)
    cd "$SC_TOP" || return
    unset LD_PRELOAD STEADYCURL_POLICY MAKEFLAGS MAKELEVEL
}

teardown() {
    cd / || return
    rm -rf "$dir"
}

@test "an installation works from where it is, and uninstall leaves nothing" {
    make -s install PREFIX=/usr/local DESTDIR="$dir"
    [ -x "$dir/usr/local/bin/steadycurl" ]
    [ -e "$dir/usr/local/lib/steadycurl/steadycurl-engine.so" ]
    [ -e "$dir/usr/local/share/man/man1/steadycurl.1" ]
    [ -e "$dir/usr/local/share/man/man5/steadycurl-policy.5" ]
    [ -e "$dir/usr/local/share/bash-completion/completions/steadycurl" ]
    [ -e "$dir/usr/local/share/zsh/vendor-completions/_steadycurl" ]
    [ -e "$dir/usr/local/share/fish/vendor_completions.d/steadycurl.fish" ]
    [ -e "$dir/usr/local/share/steadycurl/policies/default.json" ]
    run -0 "$dir/usr/local/bin/steadycurl" run -- printenv LD_PRELOAD
    [ "$output" = "$dir/usr/local/lib/steadycurl/libsteadycurl.so" ]
    make -s uninstall PREFIX=/usr/local DESTDIR="$dir"
    run find "$dir" ! -type d
    [ -z "$output" ]
    run find "$dir" -name '*steadycurl*'
    [ -z "$output" ]
}

@test "a library folder of one's own is found" {
    mkdir "$dir/copy"
    tar -cf - --exclude .git . | tar -xf - -C "$dir/copy"
    make -s -C "$dir/copy" install PREFIX="$dir/p" LIBDIR="$dir/far/away"
    run -0 "$dir/p/bin/steadycurl" run -- printenv LD_PRELOAD
    [ "$output" = "$dir/far/away/steadycurl/libsteadycurl.so" ]
}

@test "the list of options in steadycurl-policy(5) is that of the parser" {
    run -0 sh -c '"$1" check --options-man | docs/man/insert-options docs/man/steadycurl-policy.5 |
        diff docs/man/steadycurl-policy.5 -' sh "$steadycurl"
}

@test "the manual pages are good mdoc" {
    command -v mandoc >/dev/null || skip "no mandoc"
    run -0 mandoc -Tlint -W warning docs/man/steadycurl.1 docs/man/steadycurl-policy.5
}

@test "steadycurl(1) has every command, option and exit status" {
    for command in $("$steadycurl" --help | sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p'); do
        grep -q "^\.It Cm $command$" docs/man/steadycurl.1
        [ "$command" = mock ] && continue
        for option in $("$steadycurl" "$command" --help | sed -n 's/^  ..... --\([a-z]*\).*/\1/p'); do
            [ "$option" = deep ] || [ "$option" = options ] ||
                grep -q -- "Fl -$option" docs/man/steadycurl.1
        done
    done
    for number in $(sed -n 's/^ *SC_PROGRAM_[A-Z_]* = \([0-9][0-9]*\).*/\1/p' src/command/cli/program.h); do
        [ "$number" = 0 ] || grep -q "^\.It $number$" docs/man/steadycurl.1
    done
}

@test "the example in steadycurl-policy(5) is a valid policy" {
    sed -n '/^\.Bd -literal$/,/^\.Ed/p' docs/man/steadycurl-policy.5 | grep -v '^\.' >"$dir/p.json"
    run -0 "$steadycurl" check "$dir/p.json"
}

complete_words() { # WORD... -> COMPREPLY, one a line; the last word is completed
    bash -c '
        source docs/completions/steadycurl.bash
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        _steadycurl "$1"
        printf "%s\n" "${COMPREPLY[@]}"
    ' bash "$@"
}

@test "bash completes commands, options and programs" {
    run complete_words "$steadycurl" d
    [ "$output" = doctor ]
    run complete_words "$steadycurl" run --pol
    [ "$output" = --policy ]
    run complete_words "$steadycurl" run --policy Makef
    [ "$output" = Makefile ]
    run complete_words "$steadycurl" run -p x -- prinT
    [ -z "$output" ]
    run complete_words "$steadycurl" run -p x -- printen
    [[ $output == *printenv* ]]
    run complete_words "$steadycurl" explain --curl
    [ "$output" = --curl-code ]
}

@test "make help names every target" {
    run make -s help
    for target in demo test bench lint sanitize fuzz man install uninstall clean; do
        [[ $output == *"make $target "* ]]
    done
}
