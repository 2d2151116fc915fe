"""Submits for the harness and waits: one JSON command a line in, one JSON answer a line out. `end` waits for what was submitted last."""
import json
import os
import sys
import time
from datetime import datetime, timezone

from celery import chain, chord

from app import LATE, PREFIX, READY, add, app, inc, late, noop, redis, sleep, text, total

PLAIN = {'noop': noop, 'late': late, 'sleep': sleep}
PATIENCE = 600
pending = []


def incs(count):
    return [inc.s() for _ in range(count)]


def from_zero(length):
    return chain(inc.s(0), *incs(length - 1))


def submit(count, make, expected):
    for _ in range(count):
        pending.append((make().apply_async(), expected))


def chords(count, width, expected):
    submit(count, lambda: chord([add.s(i, 2) for i in range(width)], total.s()), expected)


def chains(count, length):
    submit(count, lambda: from_zero(length), length)


def nested(count, width, deep, tail, end, value):
    def inner():
        return chain(chord([from_zero(deep) for _ in range(width)], total.s()), *incs(tail))

    submit(count, lambda: chain(chord([inner() for _ in range(width)], total.s()), *incs(end)), value)


def chord_of_texts(texts):
    chord([text.s(value) for value in texts], total.s()).apply_async()


def tasks(count, kind, stamp=0, due=None, size=None):
    options = {} if due is None else {'eta': datetime.fromtimestamp(due / 1000, timezone.utc)}
    arguments = [stamp] if size is None else [stamp, 'x' * size]
    with app.producer_pool.acquire(block=True) as producer:
        for _ in range(count):
            PLAIN[kind].apply_async(arguments, producer=producer, **options)


def end():
    for result, expected in pending:
        value = result.get(timeout=PATIENCE, interval=0.002)
        if value != expected:
            raise ValueError(f'wrong result: {value} instead of {expected}')
    pending.clear()


def awake(workers):
    """Every worker has said that it takes work."""
    for _ in range(workers):
        if redis.blpop([READY], timeout=60) is None:
            raise TimeoutError('a worker did not start')


def drained():
    """Nothing waits and nothing is unacknowledged."""
    while redis.llen(f'{PREFIX}bench') > 0 or redis.hlen(f'{PREFIX}unacked') > 0:
        time.sleep(0.005)


def lateness():
    return [float(value) for value in redis.lrange(LATE, 0, -1)]


def until_late(count):
    while redis.llen(LATE) < count:
        time.sleep(0.005)
    return lateness()


COMMANDS = {
    f.__name__: f for f in (chords, chains, nested, chord_of_texts, tasks, end, awake, drained, until_late)
}

for line in sys.stdin:
    name, arguments = json.loads(line)
    try:
        answer = {'value': COMMANDS[name](**arguments)}
    except Exception as error:  # the harness shows it and goes on
        answer = {'error': f'{type(error).__name__}: {error}'}
    print(json.dumps(answer), flush=True)
os._exit(0)
