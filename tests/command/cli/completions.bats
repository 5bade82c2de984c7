#!/usr/bin/env bats
# The completions of zsh and fish offer what the commands' own help lists (bash's: main.bats).

bats_require_minimum_version 1.5.0

setup() {
    cd "$SC_TOP" || return
    PATH=$SC_TOP/build:$PATH
    export HOME=$BATS_TEST_TMPDIR
}

commands() {
    steadycurl --help | sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p'
    echo help
}

# What a command's help lists: -t and --textfile, a line each.
options() { # COMMAND
    steadycurl "$1" --help | sed -n -e 's/^  \(-.\), \(--[a-z-]*\).*/\1\n\2/p' -e 's/^      \(--[a-z-]*\).*/\1/p'
}

# The words that zsh would offer; its own helpers are told by name.
zsh_offers() { # WORD...: of the command line, the last is being typed
    # shellcheck disable=SC2016 # zsh's own
    zsh -f -c '
        words=(steadycurl "$@") CURRENT=$(($# + 1))
        _describe() { print -rl -- "${(@)${(@P)4}%%:*}" }
        _files() { echo FILES }
        _normal() { echo "PROGRAM $CURRENT $words" }
        _command_names() { echo COMMANDS }
        source docs/completions/_steadycurl' zsh "$@"
}

fish_offers() { # LINE
    fish --no-config -c 'source docs/completions/steadycurl.fish; complete -C $argv[1]' -- "$1" | cut -f1
}

@test "zsh: commands, and every option of each" {
    command -v zsh >/dev/null || skip "zsh is not installed"
    diff <(commands | sort) <(zsh_offers "" | sort)
    for command in $(commands); do
        [ "$command" = help ] && continue
        diff <(options "$command" | sort) <(zsh_offers "$command" - | sort)
    done
    [ "$(zsh_offers check x)" = FILES ]
    [ "$(zsh_offers run "")" = COMMANDS ]
    [ "$(zsh_offers run -p x curl --re)" = "PROGRAM 2 curl --re" ]
    [ "$(zsh_offers metrics --semconv "")" = $'v0.1.0\nv1.36.0' ]
}

@test "fish: commands, and every option of each" {
    command -v fish >/dev/null || skip "fish is not installed"
    diff <(commands | sort) <(fish_offers "steadycurl " | sort)
    for command in $(commands); do
        [ "$command" = help ] && continue
        # fish offers letters after one dash, names after two.
        diff <(options "$command" | grep '^--' | sort) <(fish_offers "steadycurl $command --" | sort)
        diff <(options "$command" | sort) <(fish_offers "steadycurl $command -" | sort)
    done
    [[ $(fish_offers "steadycurl check LIC") == LICENSE ]]
    fish_offers "steadycurl run ba" | grep -qx bash
    run -1 sh -c 'echo "$1" | grep -x -- --policy' sh "$(fish_offers "steadycurl run bash --")"
}
