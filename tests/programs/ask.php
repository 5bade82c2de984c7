<?php
// ask.php WAY URL: asks with one of PHP's ways to use libcurl, and prints all it gets.
[, $way, $url] = $argv;
$ask = getenv('ASK');
$c = curl_init($url);
curl_setopt($c, CURLOPT_HTTPHEADER, ['Content-Type: application/json']);
if ($way !== 'read') {
    curl_setopt($c, CURLOPT_POSTFIELDS, $ask);
}
$file = null;
switch ($way) {
case 'return':
    curl_setopt($c, CURLOPT_RETURNTRANSFER, true);
    break;
case 'header':
    curl_setopt($c, CURLOPT_RETURNTRANSFER, true);
    curl_setopt($c, CURLOPT_HEADER, true);
    break;
case 'fail':
    curl_setopt($c, CURLOPT_RETURNTRANSFER, true);
    curl_setopt($c, CURLOPT_FAILONERROR, true);
    break;
case 'write':
    curl_setopt($c, CURLOPT_WRITEFUNCTION, function ($c, $data) {
        echo 'body ', curl_getinfo($c, CURLINFO_RESPONSE_CODE), ' ', strlen($data), ' ', $data, "\n";
        return strlen($data);
    });
    curl_setopt($c, CURLOPT_HEADERFUNCTION, function ($c, $line) {
        echo 'header ', curl_getinfo($c, CURLINFO_RESPONSE_CODE), ' ', $line;
        return strlen($line);
    });
    break;
case 'throw':
    curl_setopt($c, CURLOPT_WRITEFUNCTION, function ($c, $data) {
        throw new Exception('enough');
    });
    break;
case 'read':
    $rest = str_repeat($ask, 1000);
    curl_setopt($c, CURLOPT_UPLOAD, true);
    curl_setopt($c, CURLOPT_CUSTOMREQUEST, 'POST');
    curl_setopt($c, CURLOPT_RETURNTRANSFER, true);
    curl_setopt($c, CURLOPT_READFUNCTION, function ($c, $in, $max) use (&$rest) {
        $piece = substr($rest, 0, $max);
        $rest = substr($rest, strlen($piece));
        return $piece;
    });
    break;
case 'file':
    $file = fopen('answer', 'w+');
    curl_setopt($c, CURLOPT_FILE, $file);
    break;
case 'form':
    curl_setopt($c, CURLOPT_RETURNTRANSFER, true);
    curl_setopt($c, CURLOPT_POSTFIELDS, ['purpose' => 'batch',
        'file' => new CURLStringFile($ask, 'ask.jsonl', 'application/jsonl')]);
    break;
case 'echo':
    break;
}
try {
    $result = curl_exec($c);
    var_dump($result);
} catch (Exception $e) {
    echo 'exception ', $e->getMessage(), "\n";
}
var_dump(curl_errno($c), curl_error($c));
$info = curl_getinfo($c);
foreach ($info as $name => $value) {
    if (!preg_match('/time|speed|port/', $name)) {
        echo $name, ' ', json_encode($value), "\n";
    }
}
if ($file) {
    rewind($file);
    echo stream_get_contents($file);
}
exit(curl_errno($c) ? 3 : 0);
