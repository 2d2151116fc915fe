/** Set up, open a Redis, run one compiled program against it, stop what was started. The four launchers are calls of this. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureReady, openRedis } from '../setup.mjs'
import { ROOT } from './paths.mjs'
import { supervise } from './run.mjs'
import { fail, SetupError } from './steps.mjs'

const STOPS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Until the program runs, a signal waits: an embedded Redis that was just started must be stopped by us. */
function holdSignals() {
  let held = null
  const hold = (signal) => {
    held ??= signal
  }
  for (const signal of STOPS) process.on(signal, hold)
  return {
    held: () => held,
    release: () => {
      for (const signal of STOPS) process.off(signal, hold)
    },
  }
}

/**
 * @param {string} entry compiled file, from the root
 * @param {string[]} [args]
 * @param {{ redis?: false | { name?: string, scratch?: boolean }, env?: Record<string, string>, node?: string[] }} [options] redis: what openRedis
 *   takes, or false for a program that was told another one; node: options of Node itself
 */
export async function launch(entry, args = process.argv.slice(2), { redis = {}, env = {}, node = [] } = {}) {
  try {
    await ensureReady()
    if (!existsSync(join(ROOT, entry))) throw new SetupError(`The build made no ${entry}.`)
    const signals = holdSignals()
    const server = redis ? await openRedis(redis) : null
    try {
      const all = { ...process.env, ...env, ...(server === null ? {} : { CHORDIS_REDIS_URL: server.url }) }
      const running =
        signals.held() === null ? supervise(process.execPath, [...node, join(ROOT, entry), ...args], { env: all }) : Promise.resolve(130)
      process.exitCode = await running
    } finally {
      await server?.stop()
      signals.release()
    }
  } catch (error) {
    fail(error)
  }
}
