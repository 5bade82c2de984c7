# ask.pl URL: drives WWW::Curl::Multi, and prints all it gets.
use strict;
use warnings;
use WWW::Curl::Easy;
use WWW::Curl::Multi;

my ($url) = @ARGV;
my $multi = WWW::Curl::Multi->new;
my (%easy, %body, %result);
for my $id (1 .. 3) {
    my $c = WWW::Curl::Easy->new;
    $body{$id} = '';
    open my $to, '>', \$body{$id} or die;
    $c->setopt(CURLOPT_URL, $url);
    $c->setopt(CURLOPT_PRIVATE, $id);
    $c->setopt(CURLOPT_POSTFIELDS, $ENV{ASK});
    $c->setopt(CURLOPT_HTTPHEADER, ['Content-Type: application/json']);
    $c->setopt(CURLOPT_WRITEDATA, $to);
    $easy{$id} = [$c, $to];
    $multi->add_handle($c);
}
my $active = 3;
while ($active) {
    my $now = $multi->perform;
    if ($now != $active) {
        while (my ($id, $result) = $multi->info_read) {
            next unless $id;
            $active--;
            $result{$id} = $result;
        }
    }
    my ($in, $out, $err) = $multi->fdset;
    select undef, undef, undef, 0.001;
}
for my $id (1 .. 3) {
    my ($c, $to) = @{$easy{$id}};
    close $to;
    print "$id $result{$id} ", $c->getinfo(CURLINFO_HTTP_CODE), " $body{$id}\n";
}
