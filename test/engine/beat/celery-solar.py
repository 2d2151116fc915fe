"""Writes celery-solar.json: when Celery's solar() is due, which asks PyEphem, an astronomer's library.

    python3 test/engine/beat/celery-solar.py > test/engine/beat/celery-solar.json

Needs Celery and PyEphem (Debian: python3-celery, python3-ephem). Two things are done for Celery: its dusk_astronomical stands at 18 degrees
above the horizon instead of below (all versions up to 5.2.6 at least) and is put right; where it only says "look again tomorrow", it is asked
again, so that polar days and nights are passed over.
"""
import json
from datetime import datetime, timezone

import celery
import ephem
from celery.schedules import solar

EVENTS = sorted(solar._all_events)
PLACES = [[52.52, 13.405], [51.4779, 0], [-33.8688, 151.2093], [40.7128, -74.006], [0, -78.5], [-18.1416, 178.4419], [64.1466, -21.9426], [78.2232, 15.6267]]
STARTS = [datetime(2024, 1, 1, 6, tzinfo=timezone.utc), datetime(2025, 6, 15, 18, tzinfo=timezone.utc), datetime(2026, 11, 1, tzinfo=timezone.utc)]


def next_time(event, latitude, longitude, start):
    observer = solar(event, latitude, longitude, nowfun=lambda: start).cal
    if event == 'dusk_astronomical':
        observer.horizon = '-18'
    options = {} if event in ('sunrise', 'sunset', 'solar_noon') else {'use_center': True}
    observer.date = start
    for _ in range(400):
        try:
            found = getattr(observer, solar._methods[event])(ephem.Sun(), **options)
            return round(found.datetime().replace(tzinfo=timezone.utc).timestamp())
        except ephem.CircumpolarError:
            observer.date = observer.next_antitransit(ephem.Sun()) + ephem.minute
    raise SystemExit(f'no {event} at {latitude}, {longitude}')


rows = [
    [event, *place, int(start.timestamp()), next_time(event, *place, start)] for event in EVENTS for place in PLACES for start in STARTS
]
lines = ',\n'.join(json.dumps(row, separators=(',', ':')) for row in rows)
print(f'{{"celery":"{celery.__version__}","ephem":"{ephem.__version__}","note":"event, latitude, longitude, start (Unix s), next (Unix s)","rows":[')
print(f'{lines}\n]}}')
