#!/bin/bash
# Perl's LWP 6.68 and Mojo::UserAgent 9.31 (Debian 12) call an answer a success whose connection ended
# after 60 of the bytes that Content-Length promised: no error, no warning, half a JSON text. In a
# chunked body LWP leaves a trace, the header `X-Died`, beside a success all the same, and Mojolicious none.
# HTTP::Tiny 0.082 fails in both cases.
. "$(dirname "$0")/lib/lab.sh"
for package in libwww/6.68 libmojolicious/9.31 libhttp-tiny/0.082 libhttp-message/6.44 libnet-http/6.22 liburi/5.17 \
    libhttp-date/6.05 libtry-tiny/0.31 libmodule-runtime/0.016 libencode-locale/1.05 liblwp-mediatypes/6.04 \
    libtimedate/2.3300 libclone/0.46 libhttp-negotiate/6.01 libio-html/1.004 libfile-listing/6.15; do
    debian_package "${package%/*}-perl" "${package#*/}"
done
start_server <<'END'
import {CHAT, serve} from './lab.mjs';
const server = await serve([(response, {url}) => {
    const body = JSON.stringify(CHAT);
    const length = url === '/length' ? {'content-length': body.length} : {};
    response.writeHead(200, {'content-type': 'application/json', ...length});
    response.write(body.slice(0, 60), () => response.socket.end());
}]);
console.log(server.url);
END
cat >seen.pl <<'END'
use strict;
use warnings;
use HTTP::Tiny;
use LWP::UserAgent;
use Mojo::UserAgent;

my $base = <STDIN>;
chomp $base;
for my $path ("/length", "/chunked") {
    my $lwp = LWP::UserAgent->new->post("$base$path", Content => "{}");
    print $lwp->is_success ? "success" : "failure", " of ", length $lwp->content,
        $lwp->header("X-Died") ? ", X-Died" : "", "\n";
    my $mojo = Mojo::UserAgent->new->post("$base$path" => "{}");
    print $mojo->res->is_success && !$mojo->error ? "success" : "failure", " of ", length $mojo->res->body, "\n";
    my $tiny = HTTP::Tiny->new->post("$base$path", {content => "{}"});
    print $tiny->{success} ? "success" : "failure $tiny->{status}", "\n";
}
END
env -u http_proxy -u HTTP_PROXY perl -I"$PWD/usr/share/perl5" -I"$(echo "$PWD"/usr/lib/*/perl5/*)" seen.pl <server.url >out
saw "LWP, Content-Length" "success of 60" "$(sed -n 1p out)"
saw "Mojolicious, Content-Length" "success of 60" "$(sed -n 2p out)"
saw "HTTP::Tiny, Content-Length" "failure 599" "$(sed -n 3p out)"
saw "LWP, chunked" "success of 60, X-Died" "$(sed -n 4p out)"
saw "Mojolicious, chunked" "success of 60" "$(sed -n 5p out)"
saw "HTTP::Tiny, chunked" "failure 599" "$(sed -n 6p out)"
