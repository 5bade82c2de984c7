# shellcheck shell=bash
# lab.sh - what the scripts of findings/ share: source it.
#
#     npm_packages NAME@VERSION...   installs them into a temporary folder and goes there
#     debian_package NAME VERSION [SUITE]   unpacks Debian's package of that upstream version into it,
#                                    without installing it; of that suite, where apt has it not
#     needs PROGRAM                  ends the script where it is not installed
#     start_server <<'END'           runs the node program on its input until the script ends; the first line
#                                    that it prints is $url
#     behind COMMAND...              runs it in the background until the script ends
#     free_port                      prints the number of one
#     saw WHAT EXPECTED FOUND        prints a line; the script fails at its end if they differ
#
# server.mjs in the folder is a scripted HTTP server for node programs (see lab.mjs).
set -eu
lab=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
differs=0
servers=()
# A step that failed by itself, an installation say, must not pass for "as before".
trap 'failed=$?; end_servers; rm -rf "$work"; [ "$differs" != 0 ] || differs=$failed; exit "$differs"' EXIT
cd "$work"
cp "$lab/lab.mjs" .

needs() {
    command -v "$1" >/dev/null || { echo "$1 is missing"; differs=2; exit 2; }
}

npm_packages() {
    needs npm
    npm init -y >/dev/null
    npm install --no-audit --no-fund --silent "$@" >/dev/null
    for package; do echo "installed $package, node $(node --version)"; done
}

# From the mirror that this machine's own packages come from.
of_suite() { # SUITE NAME
    local mirror path
    # shellcheck disable=SC2016 # apt's own form
    mirror=$(apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' |
        sed -n 's/^Debian Debian //p' | head -n 1)
    path=$(curl -sSf "${mirror%/}/dists/$1/main/binary-$(dpkg --print-architecture)/Packages.xz" | xz -dc |
        awk -v name="$2" '$1 == "Package:" { is = $2 == name } is && $1 == "Filename:" { print $2 }')
    curl -sSf -O "${mirror%/}/$path"
}

debian_package() {
    if [ $# -gt 2 ]; then of_suite "$3" "$1"; else apt-get -qq download "$1" 2>/dev/null; fi
    case $(basename "$1"_*.deb) in
    "$1_$2"[-+]* | "$1_"*"%3a$2"[-+]*) ;;
    *) echo "$1 $2 is wanted, and not what apt has: $(basename "$1"_*.deb)"; differs=2; exit 2 ;;
    esac
    dpkg-deb -x "$1"_*.deb .
    echo "unpacked $1 $2"
}

behind() {
    "$@" &
    servers+=("$!")
}

start_server() {
    cat >server.mjs
    behind node server.mjs >server.url
    until [ -s server.url ]; do
        kill -0 "${servers[-1]}" 2>/dev/null || { echo "the server ended before it was ready"; exit 2; }
        sleep 0.1
    done
    # shellcheck disable=SC2034 # for the script that sources this
    url=$(head -n 1 server.url)
}

end_servers() {
    [ "${#servers[@]}" != 0 ] || return 0
    kill "${servers[@]}" 2>/dev/null || true
    wait "${servers[@]}" 2>/dev/null || true
}

free_port() {
    node -e 'const server = require("net").createServer().listen(0, "127.0.0.1", () => {
        console.log(server.address().port);
        server.close();
    })'
}

saw() { # WHAT EXPECTED FOUND
    if [ "$2" = "$3" ]; then
        echo "as before: $1: $3"
    else
        echo "CHANGED: $1: was '$2', is '$3'"
        differs=1
    fi
}
