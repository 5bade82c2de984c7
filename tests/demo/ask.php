<?php
// What a PHP application does: one question to Anthropic's API by curl_exec, no retry of its own.
$base = $argv[1];
$curl = curl_init("$base/v1/messages");
curl_setopt_array($curl, [
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_HTTPHEADER => ['Content-Type: application/json', 'anthropic-version: 2023-06-01',
                           'x-api-key: ' . $argv[2]],
    CURLOPT_POSTFIELDS => json_encode([
        'model' => 'claude-sonnet-4', 'max_tokens' => 100,
        'messages' => [['role' => 'user', 'content' => 'Hello from PHP']],
    ]),
]);
$answer = curl_exec($curl);
if ($answer === false) {
    echo 'curl error ', curl_errno($curl), ': ', curl_error($curl), "\n";
    exit(1);
}
$status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
$json = json_decode($answer, true);
if ($status != 200) {
    echo "HTTP $status: ", $json['error']['message'], "\n";
    exit(1);
}
echo $json['content'][0]['text'], "\n";
