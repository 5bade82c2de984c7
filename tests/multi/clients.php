<?php
// clients.php guzzle|symfony URL: HTTP clients as PHP applications use them; three requests at
// once, one alone, one whose answer is read as a stream. Prints what an application sees.
[, $client, $url] = $argv;
$json = json_decode(getenv('ASK'), true);

function show(int $status, array $headers, string $body): void
{
    echo $status, ' ', strtolower($headers['content-type'][0] ?? $headers['Content-Type'][0] ?? ''),
        "\n", $body, "\n";
}

if ($client === 'guzzle') {
    require 'GuzzleHttp/autoload.php';
    $http = new GuzzleHttp\Client();
    $post = fn (array $more = []) => $http->postAsync($url, ['json' => $json] + $more);
    $all = GuzzleHttp\Promise\Utils::unwrap([$post(), $post(), $post()]);
    $all[] = $http->post($url, ['json' => $json]);
    foreach ($all as $r) {
        show($r->getStatusCode(), $r->getHeaders(), (string)$r->getBody());
    }
    $body = $http->post($url, ['json' => $json, 'sink' => fopen('php://temp', 'w+')])->getBody();
    while (!$body->eof()) {
        echo $body->read(100);
    }
} else {
    require 'Symfony/Component/HttpClient/autoload.php';
    $http = new Symfony\Component\HttpClient\CurlHttpClient();
    $post = fn () => $http->request('POST', $url, ['json' => $json]);
    foreach ([$post(), $post(), $post(), $post()] as $r) {
        show($r->getStatusCode(), $r->getHeaders(), $r->getContent());
    }
    $body = '';
    foreach ($http->stream($post()) as $chunk) {
        $body .= $chunk->getContent();
        echo $chunk->isFirst() ? "first\n" : '', $chunk->isLast() ? "last\n" : '';
    }
    echo $body, "\n";
}
