# fish completion for steadycurl(1): commands and options are those that the command's own help lists.

function __steadycurl_commands
    set -l words (commandline -opc)
    $words[1] --help 2>/dev/null | string replace -rf '^  ([a-z]+) +([a-z].*)' '$1\t$2'
    printf 'help\tsay what a command does\n'
end

function __steadycurl_options
    set -l words (commandline -opc)
    for line in ($words[1] $words[2] --help 2>/dev/null)
        set -l part (string match -r -- '^  (-.,|   ) (--[a-z-]+)(?: [A-Z]\S*|\[\S*\])? +(.*)' $line); or continue
        printf '%s\t%s\n' $part[3] $part[4]
        string match -q -- '-*' $part[2]; and printf '%s\t%s\n' (string trim -c , -- $part[2]) $part[4]
    end
end

# Behind the program's name all words are the program's own.
function __steadycurl_program
    set -l words (commandline -opc)
    contains -- "$words[2]" run doctor; or return 1
    for word in $words[3..]
        string match -q -- '-*' $word; or return 0
    end
    return 1
end

complete -c steadycurl -n '__fish_is_nth_token 1' -f -a '(__steadycurl_commands)'
complete -c steadycurl -n 'not __fish_is_nth_token 1; and not __steadycurl_program; and string match -q -- "-*" (commandline -ct)' -f -a '(__steadycurl_options)'
complete -c steadycurl -n 'contains -- (commandline -opc)[2] run doctor; and begin; __steadycurl_program; or not string match -q -- "-*" (commandline -ct); end' -a '(__fish_complete_subcommand --fcs-skip=2)'
