import type { Timing } from './types.js'
export function describeTiming(timing: Timing): string {
  return JSON.stringify(timing)
}
