/**
 * Everything between `git clone` and a running program, with Node built-ins only: packages, build, Redis. Each step is skipped when it is done.
 *
 * Used by every launcher beside it; `node scripts/setup.mjs` alone gets the machine ready and starts nothing.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuild } from './lib/build.mjs'
import { embeddedRedis } from './lib/embedded-redis.mjs'
import { withLock } from './lib/lock.mjs'
import { ensurePackages } from './lib/packages.mjs'
import { ROOT, STATE } from './lib/paths.mjs'
import { checkRedisUrl, ensureRedisBinary } from './lib/redis-binary.mjs'
import { ask } from './lib/resp.mjs'
import { fail, SetupError, step } from './lib/steps.mjs'

const MINIMUM_NODE = [20, 20]

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1])) return
  throw new SetupError(`Chordis needs Node ${MINIMUM_NODE.join('.')} or newer; this is ${process.versions.node}.`)
}

/** Packages and build. @param {{ build?: boolean }} [options] */
export async function ensureReady({ build = true } = {}) {
  checkNode()
  const onWait = () => console.error('chordis  waiting for another set-up of this folder')
  await withLock(
    join(STATE, 'setup-lock'),
    async () => {
      await step('packages', ensurePackages)
      if (build) await step('build', (say) => ensureBuild(say))
    },
    { onWait },
  )
}

/** A server program of the right version. */
export async function ensureBinary() {
  let server
  await step('redis', async (say) => {
    server = await withLock(join(STATE, 'setup-lock'), () => ensureRedisBinary(say))
    return `${server.version}, ${server.binary}`
  })
  return server
}

/**
 * The Redis that a launcher uses: the one of CHORDIS_REDIS_URL, else the embedded one of a folder in .chordis/. A scratch one starts empty and
 * leaves nothing.
 * @param {{ name?: string, scratch?: boolean }} [options]
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function openRedis({ name = 'redis', scratch = false } = {}) {
  const folder = join(STATE, name)
  const url = process.env.CHORDIS_REDIS_URL
  if (url) {
    await step('redis', () => checkRedisUrl(url))
    return { url, stop: async () => {} }
  }
  const { binary } = await ensureBinary()
  let server
  await step('redis', async () => {
    server = await embeddedRedis({ binary, folder })
    if (scratch && server.how !== 'shared') await ask(server.url, [['FLUSHALL']])
    return `embedded, ${server.how}, process ${server.pid}, data in ${folder.replace(`${ROOT}/`, '')}`
  })
  const stop = () =>
    step('redis', async () => {
      if (!(await server.stop())) return 'embedded, left to its other users'
      if (scratch) rmSync(folder, { recursive: true, force: true })
      return 'embedded, stopped'
    })
  return { url: server.url, stop }
}

if (process.argv[1] === import.meta.filename) {
  try {
    await ensureReady()
    if (process.env.CHORDIS_REDIS_URL) await step('redis', () => checkRedisUrl(process.env.CHORDIS_REDIS_URL))
    else await ensureBinary()
  } catch (error) {
    fail(error)
  }
}
