<?php
// ask.php WAY URL: drives curl_multi as HTTP clients written in PHP do, and prints all it gets.
[, $way, $url] = $argv;

function easy(string $url): CurlHandle
{
    $c = curl_init($url);
    curl_setopt_array($c, [CURLOPT_POSTFIELDS => getenv('ASK'), CURLOPT_RETURNTRANSFER => true,
                           CURLOPT_HTTPHEADER => ['Content-Type: application/json']]);
    return $c;
}

function show(CurlHandle $c, int $result, string $body): void
{
    echo $result, ' ', curl_getinfo($c, CURLINFO_RESPONSE_CODE), ' ', curl_errno($c), ' [',
        curl_error($c), "]\n", $body, "\n";
}

$multi = curl_multi_init();
if ($way === 'select') { // exec and select, and the results at the end
    $all = [easy($url), easy($url), easy($url)];
    foreach ($all as $c) {
        echo curl_multi_add_handle($multi, $c), "\n";
    }
    do {
        $status = curl_multi_exec($multi, $active);
        if ($active) {
            curl_multi_select($multi);
        }
    } while ($active && $status === CURLM_OK);
    $results = [];
    while ($info = curl_multi_info_read($multi)) {
        $results[spl_object_id($info['handle'])] = $info['result'];
    }
    foreach ($all as $c) {
        show($c, $results[spl_object_id($c)], (string)curl_multi_getcontent($c));
        curl_multi_remove_handle($multi, $c);
    }
} elseif ($way === 'promise') { // one tick after the other; sinks by callbacks; handles are reused
    $free = [];
    $bodies = [];
    $left = 4;
    $running = 0;
    $pending = [];
    while ($left > 0 || $pending) {
        while ($left > 0 && count($pending) < 2) {
            $c = array_pop($free) ?? easy($url);
            $id = spl_object_id($c);
            $bodies[$id] = '';
            curl_setopt($c, CURLOPT_HEADERFUNCTION, static function ($c, $h) use (&$bodies, $id) {
                if (stripos($h, 'date:') !== 0) {
                    $bodies[$id] .= $h;
                }
                return strlen($h);
            });
            curl_setopt($c, CURLOPT_WRITEFUNCTION, static function ($c, $b) use (&$bodies, $id) {
                $bodies[$id] .= $b;
                return strlen($b);
            });
            curl_multi_add_handle($multi, $c);
            $pending[$id] = $c;
            $left--;
        }
        while (curl_multi_exec($multi, $running) === CURLM_CALL_MULTI_PERFORM) {
        }
        while ($done = curl_multi_info_read($multi)) {
            $c = $done['handle'];
            $id = spl_object_id($c);
            show($c, $done['result'], $bodies[$id]);
            unset($pending[$id]);
            curl_multi_remove_handle($multi, $c);
            curl_setopt($c, CURLOPT_HEADERFUNCTION, null);
            curl_setopt($c, CURLOPT_WRITEFUNCTION, null);
            curl_reset($c);
            curl_setopt_array($c, [CURLOPT_URL => $url, CURLOPT_POSTFIELDS => getenv('ASK'),
                                   CURLOPT_HTTPHEADER => ['Content-Type: application/json']]);
            $free[] = $c;
        }
        if ($running && curl_multi_select($multi, 1.0) === -1) {
            usleep(250);
        }
    }
} elseif ($way === 'stream') { // chunks as they come, paused by the reader
    $c = easy($url);
    curl_setopt($c, CURLOPT_WRITEFUNCTION, static function ($c, $b) {
        echo 'chunk ', strlen($b), ' ', md5($b), "\n";
        return strlen($b);
    });
    curl_multi_add_handle($multi, $c);
    do {
        curl_multi_exec($multi, $active);
        if (curl_multi_select($multi, 0.01) === -1) {
            usleep(1000);
        }
    } while ($active);
    $info = curl_multi_info_read($multi, $left);
    show($c, $info['result'], '');
    curl_multi_remove_handle($multi, $c);
}
curl_multi_close($multi);
