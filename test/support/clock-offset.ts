/** For `node --import`: this process's wall clock is wrong by CHORDIS_CLOCK_OFFSET_MS. Monotonic clocks and timers are not touched. */
const offset = Number(process.env.CHORDIS_CLOCK_OFFSET_MS ?? 0)
const RealDate = Date

globalThis.Date = class extends RealDate {
  constructor(...args: [] | [number | string | Date]) {
    super(...((args.length === 0 ? [RealDate.now() + offset] : args) as [number]))
  }

  static override now(): number {
    return RealDate.now() + offset
  }
} as DateConstructor
