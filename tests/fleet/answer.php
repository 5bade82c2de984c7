<?php
// answer.php URL: what a PHP program learns about an answer.
$c = curl_init($argv[1]);
curl_setopt_array($c, [
    CURLOPT_POSTFIELDS => getenv('ASK'),
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_PROXY => '',
    CURLOPT_HEADERFUNCTION => function ($c, $line) {
        echo "header $line";
        return strlen($line);
    },
]);
$body = curl_exec($c);
echo "\nbody " . $body . "\n";
echo 'errno ' . curl_errno($c) . ' ' . curl_error($c) . "\n";
$info = curl_getinfo($c);
unset($info['url']);
ksort($info);
echo json_encode(['urlnum' => 0] + $info) . "\n";
echo curl_getinfo($c, CURLINFO_RESPONSE_CODE) . ' ' . curl_getinfo($c, CURLINFO_CONTENT_TYPE) . "\n";
