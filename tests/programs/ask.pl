# ask.pl WAY URL: asks with one of WWW::Curl's ways to use libcurl, and prints all it gets.
use strict;
use warnings;
use WWW::Curl::Easy;

my ($way, $url) = @ARGV;
my $ask = $ENV{ASK};
my $c = WWW::Curl::Easy->new;
my ($body, $head, $rest) = ('', '', $ask x 1000);
$c->setopt(CURLOPT_URL, $url);
$c->setopt(CURLOPT_POST, 1);
$c->setopt(CURLOPT_HTTPHEADER, ['Content-Type: application/json']);
if ($way eq 'read') {
    $c->setopt(CURLOPT_POSTFIELDSIZE, length $rest);
    $c->setopt(CURLOPT_READFUNCTION,
        sub { my ($max) = @_; substr($rest, 0, $max, '') });
} else {
    $c->setopt(CURLOPT_POSTFIELDS, $ask);
}
if ($way eq 'die') {
    $c->setopt(CURLOPT_WRITEFUNCTION, sub { die "enough\n" });
} else {
    $c->setopt(CURLOPT_WRITEFUNCTION,
        sub { $body .= 'body ' . length($_[0]) . " $_[0]\n"; length $_[0] });
}
$c->setopt(CURLOPT_HEADERFUNCTION, sub { $head .= "header $_[0]"; length $_[0] });
$c->setopt(CURLOPT_FAILONERROR, 1) if $way eq 'fail';

my $rounds = $way eq 'die' ? 3 : 1;
my $rc;
for (1 .. $rounds) {
    eval { $rc = $c->perform; 1 } or print "died: $@";
}
if ($way eq 'die') {
    $c->setopt(CURLOPT_WRITEFUNCTION, sub { $body .= $_[0]; length $_[0] });
    $rc = $c->perform;
}
print "rc $rc ", $c->strerror($rc), ' [', $c->errbuf, "]\n$head$body\n";
for my $info (CURLINFO_RESPONSE_CODE, CURLINFO_SIZE_DOWNLOAD, CURLINFO_SIZE_UPLOAD,
    CURLINFO_HEADER_SIZE, CURLINFO_REQUEST_SIZE, CURLINFO_CONTENT_TYPE, CURLINFO_EFFECTIVE_URL,
    CURLINFO_OS_ERRNO) {
    print "$info ", $c->getinfo($info) // 'undef', "\n";
}
exit($rc ? 3 : 0);
