"""How late the server may have seen a request after the limiter let it go, by a log of objects.

A call takes its waits, and what comes after the last of them: the attempt, and whatever else the
machine did meanwhile. So the second part bounds how late its request arrived, on any machine.
"""
import collections
import json


def most(log):
    waited = collections.Counter()
    took = {}
    for line in open(log):
        event = json.loads(line)
        if event['event'] == 'wait':
            waited[event['call']] += event['ms']
        elif event['event'] == 'call':
            took[event['call']] = event['ms']
    # Each number may be a millisecond off.
    return max(ms - waited[call] + 2 for call, ms in took.items()) / 1000
