#!/usr/bin/env bats
# The tarball and the Debian package: the same bytes each time; the package installs, upgrades under
# a running program, is removed, and leaves nothing when it is purged.

bats_require_minimum_version 1.5.0

setup_file() {
    export WORK ROOT
    WORK=$(mktemp -d /tmp/steadycurl-deb.XXXXXX)
    chmod 755 "$WORK"
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG STEADYCURL_STATE http_proxy https_proxy
    command -v dpkg-shlibdeps >/dev/null || return 0
    env -u MAKEFLAGS -u MAKELEVEL make -s -C "$SC_TOP" deb >&2
    cp "$SC_TOP"/build/steadycurl_*.deb "$WORK/"
}

teardown_file() {
    [ -z "${WORK-}" ] || rm -rf --one-file-system "$WORK"
}

setup() {
    cd "$WORK" || return
    PACKAGE=$(echo "$WORK"/steadycurl_*.deb)
}

teardown() {
    [ -z "${mock-}" ] || kill "$mock" 2>/dev/null || true
    ! mountpoint -q "$WORK/root/proc" || umount -l "$WORK/root/proc"
}

built() {
    [ -e "$PACKAGE" ] || skip "dpkg-dev is not installed"
}

@test "a tarball is the same bytes twice, and again from what it holds" {
    "$SC_TOP/src/packaging/dist" one.tar.gz
    touch "$SC_TOP/build" # a build is not in it
    SOURCE_DATE_EPOCH=$("$SC_TOP/src/packaging/epoch") "$SC_TOP/src/packaging/dist" two.tar.gz
    cmp one.tar.gz two.tar.gz
    tar -xzf one.tar.gz
    (cd steadycurl-* && mkdir -p build && touch build/x && src/packaging/dist ../three.tar.gz)
    cmp one.tar.gz three.tar.gz
    [ -x "$(echo steadycurl-*)/tests/run" ]
}

@test "a package is the same bytes twice, and has what is installed where Debian wants it" {
    built
    env -u MAKEFLAGS -u MAKELEVEL make -s -C "$SC_TOP" deb >&2
    cmp "$PACKAGE" "$SC_TOP/build/${PACKAGE##*/}"
    triplet=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
    files=$(dpkg-deb -c "$PACKAGE" | awk '{ print $6 }')
    for file in bin/steadycurl "lib/$triplet/steadycurl/libsteadycurl.so" "lib/$triplet/steadycurl/steadycurl-engine.so" \
        share/man/man1/steadycurl.1.gz share/man/man5/steadycurl-policy.5.gz share/doc/steadycurl/copyright \
        share/doc/steadycurl/changelog.Debian.gz share/bash-completion/completions/steadycurl \
        share/zsh/vendor-completions/_steadycurl share/fish/vendor_completions.d/steadycurl.fish; do
        grep -qx "./usr/$file" <<<"$files"
    done
    [ "$(dpkg-deb -f "$PACKAGE" Version)" = "$("$SC_TOP/build/steadycurl" --version | cut -d' ' -f2)-1" ]
    [[ $(dpkg-deb -f "$PACKAGE" Depends) == *libcjson1* ]]
}

@test "lintian finds nothing" {
    built
    command -v lintian >/dev/null || skip "lintian is not installed"
    run lintian --allow-root --fail-on error,warning "$PACKAGE"
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "the recipe for logrotate turns a log, and the next line goes into a new one" {
    built
    command -v logrotate >/dev/null || skip "logrotate is not installed"
    dpkg-deb -x "$PACKAGE" turn
    mkdir log
    sed "s,/var/log,$WORK/log," turn/etc/logrotate.d/steadycurl >turn.conf
    echo line >log/steadycurl.log
    logrotate --force --state "$WORK/turned" turn.conf
    [ "$(cat log/steadycurl.log.1)" = line ]
    [ ! -e log/steadycurl.log ]
}

# A bare system with the package's needs and curl; made once, by root.
bare_root() {
    [ -n "${DEB_ROOT-}" ] || skip "minutes long: on demand, with DEB_ROOT=1"
    [ "$(id -u)" -eq 0 ] || skip "not root"
    command -v mmdebstrap >/dev/null || skip "mmdebstrap is not installed"
    ROOT=$WORK/root
    INSIDE=(chroot "$ROOT" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive)
    needs=$(dpkg-deb -f "$PACKAGE" Depends | sed 's/([^)]*)//g; s/[ ,]\{1,\}/,/g')
    suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    mmdebstrap --quiet --variant=apt --include="$needs,curl" "$suite" "$ROOT" >mmdebstrap.log 2>&1 ||
        skip "no bare root can be made: $(tail -n 1 mmdebstrap.log)"
}

inside() {
    "${INSIDE[@]}" "$@"
}

# All that is there, but for what dpkg and the loader keep of themselves.
inventory() {
    find "$ROOT" -xdev ! -path "$ROOT/proc/*" ! -path "$ROOT/var/lib/dpkg/*" ! -path "$ROOT/var/log/*dpkg*" \
        ! -path "$ROOT/var/cache/*" ! -path "$ROOT/package*" ! -path "$ROOT/etc/ld.so.cache" \
        ! -path "$ROOT/tmp/*" | sort
}

# The same package with another version and another engine, byte by byte.
newer() {
    dpkg-deb -R "$PACKAGE" newer
    sed -i 's/^Version: .*/Version: 99.0-1/' newer/DEBIAN/control
    printf 'x' >>"$(echo newer/usr/lib/*/steadycurl/steadycurl-engine.so)"
    dpkg-deb --root-owner-group -Znone --build newer "$ROOT/package-newer.deb" >/dev/null
}

@test "it installs, upgrades under a running program, is removed, and a purge leaves nothing" {
    built
    bare_root
    inventory >before
    cp "$PACKAGE" "$ROOT/package.deb"
    inside dpkg -i /package.deb
    run -0 inside steadycurl --version
    mkdir -p "$ROOT/proc"
    mount -t proc proc "$ROOT/proc" || skip "nothing can be mounted here"
    # No function: the number is to be the server's own, which the end of the test kills.
    "${INSIDE[@]}" steadycurl mock --quiet --script '503,200;latency=20000' --port-file /tmp/port >/dev/null 2>&1 3>&- 4>&- &
    mock=$!
    for _ in $(seq 1200); do
        [ -s "$ROOT/tmp/port" ] && break
        sleep 0.1
    done
    read -r port <"$ROOT/tmp/port"
    echo '{"version": 1, "log": {"path": "/var/log/steadycurl.log"}, "rules": [{"match": {"host": "*"}}]}' >"$ROOT/tmp/policy.json"
    "${INSIDE[@]}" steadycurl run -p /tmp/policy.json -- curl -sS -o /dev/null -w '%{http_code}' \
        "http://127.0.0.1:$port/v1/models" >answer 3>&- 4>&- &
    program=$!
    for _ in $(seq 1200); do
        pid=$(pgrep -f "^curl -sS .* http://127.0.0.1:$port/" | head -n 1) || true
        [ -n "$pid" ] && grep -q steadycurl-engine "/proc/$pid/maps" && break
        sleep 0.1
    done
    newer
    inside dpkg -i /package-newer.deb
    # It goes on with what it has: the old file, which has no name any more.
    grep -q 'steadycurl-engine.so.*(deleted)' "/proc/$pid/maps"
    wait "$program"
    [ "$(cat answer)" = 200 ]
    kill "$mock" 2>/dev/null || true
    wait "$mock" 2>/dev/null || true
    umount "$ROOT/proc"
    grep -q "Retry 1" "$ROOT/var/log/steadycurl.log"
    inside dpkg -r steadycurl
    [ ! -e "$ROOT/usr/bin/steadycurl" ]
    [ -e "$ROOT/etc/logrotate.d/steadycurl" ]
    inside dpkg -P steadycurl
    inventory >after
    diff before after
}
