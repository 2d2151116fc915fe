/** Sunrise, sunset, noon and the twilights at a place (suncalc: within some 15 s of the almanac). */
import { getTimes, type SunTimes } from 'suncalc'
import type { SolarEvent, Span, Times } from './types.js'

const DAY_MS = 86_400_000
/** A polar day or night lasts half a year at most; a place that sees no event for longer never does. */
const SEARCH_DAYS = 400
const NAMES: Record<SolarEvent, keyof SunTimes> = {
  dawn_astronomical: 'nightEnd',
  dawn_nautical: 'nauticalDawn',
  dawn_civil: 'dawn',
  sunrise: 'sunrise',
  solar_noon: 'solarNoon',
  sunset: 'sunset',
  dusk_civil: 'dusk',
  dusk_nautical: 'nauticalDusk',
  dusk_astronomical: 'night',
}

export class SolarTimes implements Times {
  constructor(
    private readonly event: SolarEvent,
    private readonly latitude: number,
    private readonly longitude: number,
  ) {}

  next(ms: number): number | null {
    return this.search(ms, 1, (time) => time >= ms)
  }

  previous(ms: number): number | null {
    return this.search(ms, -1, (time) => time <= ms)
  }

  covers(ms: number): Span | null {
    return this.next(ms) === ms ? { from: ms, to: ms + 1 } : null
  }

  /** Day by day from two days before: near the poles an event may stray across midnight. */
  private search(ms: number, step: 1 | -1, isFound: (time: number) => boolean): number | null {
    for (let day = -2; day < SEARCH_DAYS; day++) {
      const time = this.on(ms + step * day * DAY_MS)
      if (time !== null && isFound(time)) return time
    }
    return null
  }

  /** Rounded to the second: processors and versions of Node differ in the last bits of a sine, nominal times must not. */
  private on(ms: number): number | null {
    const date = getTimes(new Date(ms), this.latitude, this.longitude)[NAMES[this.event]]
    return date instanceof Date ? Math.round(date.getTime() / 1000) * 1000 : null
  }
}
