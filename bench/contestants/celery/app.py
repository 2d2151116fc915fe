"""The Celery application of the benchmark: the same tasks as every other contestant's.

Environment: BENCH_REDIS_URL (as Celery writes it), BENCH_PREFIX. Run as a program it is one worker: `app.py POOL CONCURRENCY`.
"""
import os
import sys
import time

from celery import Celery
from celery.signals import worker_ready
from redis import Redis

URL = os.environ['BENCH_REDIS_URL']
PREFIX = os.environ['BENCH_PREFIX']

app = Celery('bench', broker=URL, backend=URL)
app.conf.update(
    broker_transport_options={'global_keyprefix': PREFIX},
    result_backend_transport_options={'global_keyprefix': PREFIX},
    task_default_queue='bench',
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
)
LATE = f'{PREFIX}:late'
READY = f'{PREFIX}:ready'
redis = Redis.from_url(URL)


@app.task(name='add')
def add(x, y):
    return x + y


@app.task(name='sum')
def total(values):
    return sum(values)


@app.task(name='inc')
def inc(x):
    return x + 1


@app.task(name='text')
def text(value):
    return value


@app.task(name='noop', ignore_result=True)
def noop(stamp, payload=None):
    return None


@app.task(name='late', ignore_result=True)
def late(stamp, payload=None):
    redis.rpush(LATE, time.time() * 1000 - stamp)


@app.task(name='sleep', ignore_result=True)
def sleep(stamp, payload=None):
    time.sleep(0.02)


@worker_ready.connect
def announce(**_):
    redis.rpush(READY, 1)


if __name__ == '__main__':
    worker = app.Worker(pool=sys.argv[1], concurrency=int(sys.argv[2]), hostname=f'w{os.getpid()}@bench', loglevel='ERROR', quiet=True)
    worker.start()
    sys.exit(worker.exitcode)
