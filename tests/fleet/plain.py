"""plain.py FILE: what a program said of an answer, without what differs from server to server.

Headers are told by their lower-case names, in the order of these; the server's own are left out,
as are times, addresses and the sizes of what depends on them. Bytes of headers are not counted.
"""
import json
import re
import sys

OWN = ('x-request-id', 'request-id')
VARYING = ('time', 'speed', 'ip', 'port', 'size_header', 'header_size', 'request_size', 'connect',
           'curl_version', 'certs', 'filename_effective', 'size_request', 'num_headers')
LEFT = re.compile(r'(try again in |retry-after: |retry-after \d |Retry-After: |RETRY_AFTER \d |retry-after  = )\d\d+\b')
header = re.compile(r'^(header |as header |as body |body |next |)([A-Za-z][A-Za-z-]*): ?(.*)$')


def plain_json(line):
    try:
        found = json.loads(line)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    if 'error' in found and 'urlnum' not in found:
        return line
    kept = {}
    for key, value in found.items():
        key = key.lower()
        if key in OWN or any(word in key for word in VARYING if key != 'content_type'):
            continue
        kept[key] = ['NOW'] if key in ('date', 'retry-after') else value
    return json.dumps(kept, sort_keys=True)


def lines_of(path):
    block = []
    skip = False
    for line in open(path, encoding='utf-8').read().split('\n'):
        line = line.rstrip('\r')
        if skip:
            skip = False
            continue
        found = header.match(line)
        if line.startswith('next '):
            skip = line[5:].lower() in OWN
            if not skip:
                block.append(line.lower())
            continue
        if line.startswith('  = '):
            block[-1] += ' NOW' if block[-1].endswith(' date') else line
            continue
        if found and not line.startswith(('{', '<', 'curl: ')):
            name = found[2].lower()
            if name not in OWN:
                block.append('%s%s: %s' % (found[1], name, 'NOW' if name == 'date' else found[3]))
            continue
        yield from sorted(block)
        block = []
        if line.lower().startswith('named date '):
            line = re.sub(r'(date \d) .*', r'\1 NOW', line.lower())
        yield plain_json(line) or line
    yield from sorted(block)


# How long is left gets less between one answer and the next.
print(LEFT.sub(r'\1NN', '\n'.join(lines_of(sys.argv[1]))))
