"""Writes celery-crontab.json: what Celery's own crontab() says about random forms, and which forms it refuses.

    python3 test/engine/beat/celery-crontab.py > test/engine/beat/celery-crontab.json

Needs Celery (Debian: python3-celery; the table that is kept comes from 5.2.6). The seed is fixed: the same Celery writes the same table.
"""
import json
import random
from datetime import datetime, timedelta, timezone

import celery
from celery.schedules import crontab

FORMS = 400
ZONES = ['UTC', 'Asia/Kathmandu']  # the second has an odd offset and has not moved its clock since 1986
UNITS = {'minute': (0, 59), 'hour': (0, 23), 'day_of_week': (0, 6), 'day_of_month': (1, 31), 'month_of_year': (1, 12)}
WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
REFUSED = [
    {'day_of_week': '7'}, {'day_of_week': 7}, {'day_of_week': 'sat-7'}, {'minute': '60'}, {'minute': 60}, {'minute': -1}, {'minute': '-1'},
    {'hour': 24}, {'hour': '5/2'}, {'hour': '*/'}, {'hour': '*/0'}, {'hour': '1-5/0'}, {'hour': ''}, {'hour': '1,,2'}, {'hour': 'foo'},
    {'day_of_month': 0}, {'day_of_month': '0'}, {'day_of_month': 32}, {'day_of_month': 'L'}, {'day_of_month': '15W'}, {'day_of_month': '?'},
    {'month_of_year': 0}, {'month_of_year': 13}, {'month_of_year': '13'}, {'minute': '@daily'}, {'minute': [60]},
]
dice = random.Random(20260801)


def number(name, least, most):
    value = dice.randint(least, most)
    return dice.choice([WEEKDAYS[value], str(value)]) if name == 'day_of_week' else str(value)


def part(name, least, most):
    kind = dice.randint(0, 4)
    step = dice.randint(2, max(2, (most - least) // 2))
    if kind == 0:
        return f'*/{step}'
    if kind == 1:
        return f'{number(name, least, most)}-{number(name, least, most)}'  # may wrap around
    if kind == 2:
        return f'{number(name, least, most)}-{number(name, least, most)}/{dice.randint(1, 3)}'
    return number(name, least, most)


def field(name):
    least, most = UNITS[name]
    kind = dice.randint(0, 9)
    if kind == 0:
        return dice.randint(least, most)
    if kind == 1:
        return sorted({dice.randint(least, most) for _ in range(3)})
    return ','.join(part(name, least, most) for _ in range(dice.choice([1, 1, 1, 2, 3])))


def form():
    return {name: field(name) for name in UNITS if dice.random() < (0.75 if name in ('minute', 'hour') else 0.4)}


def next_times(fields, zone, start):
    app = celery.Celery(set_as_current=False)
    app.conf.timezone = zone
    now = start.astimezone(app.timezone)  # as app.now() and beat's last_run_at are
    times = []
    schedule = crontab(nowfun=lambda: now, app=app, **fields)
    for _ in range(5):
        now = now + schedule.remaining_estimate(now)
        times.append(round(now.timestamp() / 60))
    return times


def main():
    rows = []
    while len(rows) < FORMS:
        fields, zone = form(), ZONES[len(rows) % 2]
        start = datetime(2024, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=dice.randint(0, 3 * 365 * 86400))
        try:
            times = next_times(fields, zone, start)
        except RuntimeError:  # an impossible date
            continue
        rows.append([fields, zone, int(start.timestamp()), times])
    for fields in REFUSED:
        try:
            crontab(**fields)
        except Exception:
            continue
        raise SystemExit(f'Celery takes {fields}')
    lines = ',\n'.join(json.dumps(row, separators=(',', ':')) for row in rows)
    print(f'{{"celery":"{celery.__version__}","note":"form, zone, start (Unix s), next five times (Unix minutes)","rows":[\n{lines}\n],')
    print(f'"refused":{json.dumps(REFUSED, separators=(",", ":"))}}}')


main()
