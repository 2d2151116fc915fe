/** Faults of Redis itself: killed, frozen, paused, emptied of scripts, full, busy, refusing. */
import { readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { RedisServer } from '../../../src/engine/testing/index.js'
import type { SeededRandom } from '../../support/random.js'
import type { Fault } from './fault.js'
import { type Ground, insist } from './ground.js'

/** Recovered when a task that is submitted after `strike` has run. */
function fault(
  name: string,
  doc: string,
  strike: (arena: Ground, random: SeededRandom) => Promise<unknown>,
  extra: Partial<Fault<Ground>> = {},
): Fault<Ground> {
  return {
    name,
    lane: 'redis',
    doc,
    ...extra,
    async inject(arena, random) {
      await strike(arena, random)
      return arena.probe(arena.now())
    },
  }
}

const EVERYWHERE = ['single', 'sentinel', 'cluster'] as const

/** kill -9, some time without Redis, and the same Redis again. */
async function killed(arena: Ground, random: SeededRandom): Promise<void> {
  await arena.redis.kill9()
  await sleep(random.pick([0, 300, arena.leaseMs * 1.2]))
  await arena.redis.restart()
}

/** The file that Redis appends to. */
function appendFile(server: RedisServer): string {
  const dir = join(server.dir, 'appendonlydir')
  const name = readdirSync(dir)
    .filter((file) => file.endsWith('.incr.aof'))
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
    .at(-1)
  return join(dir, name as string)
}

/** Until its next start Redis appends to the file to which it appends now: it rewrites none, and is done with one that it was rewriting. */
async function keepsItsFile(arena: Ground): Promise<void> {
  await arena.admin('CONFIG', 'SET', 'auto-aof-rewrite-percentage', 0)
  const rewrites = async (): Promise<boolean> => {
    const info = await insist(() => arena.redis.info('persistence'))
    return ['aof_rewrite_in_progress', 'aof_rewrite_scheduled'].some((name) => info.get(name) !== '0')
  }
  while (await rewrites()) await sleep(20)
}

/**
 * What a power cut leaves with `appendfsync everysec`: kill -9 alone loses nothing that was written, so what the append file got in the last moment is
 * cut off as well.
 */
async function lostMoment(arena: Ground, random: SeededRandom): Promise<void> {
  const { redis } = arena
  await keepsItsFile(arena)
  // From the next command on answers are given before the file has what they are about.
  const since = arena.now()
  await arena.admin('CONFIG', 'SET', 'appendfsync', 'everysec')
  const kept = statSync(appendFile(redis)).size
  await sleep(random.int(100, 1_000))
  await redis.kill9()
  truncateSync(appendFile(redis), kept)
  // The configuration file says `always`.
  await redis.restart()
  // Answers from before the crash may have been heard until now.
  arena.parts.write({ op: 'redis', type: 'forgot', since })
}

async function frozen(arena: Ground): Promise<void> {
  arena.redis.pause()
  await sleep(arena.leaseMs * 1.3)
  arena.redis.resume()
}

async function paused(arena: Ground, mode: 'WRITE' | 'ALL'): Promise<void> {
  const ms = Math.round(arena.leaseMs * 1.3)
  await arena.admin('CLIENT', 'PAUSE', ms, mode)
  await sleep(ms)
}

async function flushed(arena: Ground, random: SeededRandom): Promise<void> {
  for (let times = random.int(3, 8); times > 0; times--) {
    await arena.admin('FUNCTION', 'FLUSH')
    await arena.admin('SCRIPT', 'FLUSH')
    await sleep(random.int(10, 100))
  }
}

/** No memory for anything new, then memory again. What was refused meanwhile is sent again by its callers. */
async function full(arena: Ground): Promise<void> {
  const used = (await insist(() => arena.redis.info('memory'))).get('used_memory')
  await arena.admin('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
  await arena.admin('CONFIG', 'SET', 'maxmemory', Number(used))
  await sleep(arena.leaseMs * 1.3)
  await arena.admin('CONFIG', 'SET', 'maxmemory', 0)
}

/** Somebody else's endless script; others hear BUSY after 50 ms. */
async function busy(arena: Ground): Promise<void> {
  await arena.admin('CONFIG', 'SET', 'busy-reply-threshold', 50)
  // Before the script runs: the handshake of a later connection would hear BUSY.
  const operator = new Redis(arena.redis.url, { lazyConnect: true, enableReadyCheck: false })
  try {
    await operator.connect()
    const script = arena.redis.call('EVAL', 'while true do end', 0).catch((error: Error) => error)
    await sleep(600)
    await operator.script('KILL')
    await script
  } finally {
    operator.disconnect()
  }
}

/** Whoever comes is refused; who is cut off cannot come back. */
async function crowded(arena: Ground): Promise<void> {
  const [, most = '10000'] = (await arena.admin('CONFIG', 'GET', 'maxclients')) as string[]
  await arena.admin('CONFIG', 'SET', 'maxclients', 1)
  await arena.admin('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await sleep(arena.leaseMs * 1.2)
  await arena.admin('CONFIG', 'SET', 'maxclients', most)
}

export const redisFaults: Fault<Ground>[] = [
  fault('redis-kill', 'kill -9 of Redis with appendfsync always, and a restart', killed),
  fault('redis-kill-lost-second', 'kill -9 of Redis with appendfsync everysec, which loses its last moment', lostMoment),
  fault('redis-restart', 'SIGTERM of Redis, and a restart', (arena) => arena.redis.restart()),
  fault('redis-freeze', 'SIGSTOP of Redis for longer than a lease', frozen, { topologies: ['single', 'cluster'] }),
  fault('redis-debug-sleep', 'DEBUG SLEEP for longer than a lease', (arena) =>
    arena.admin('DEBUG', 'SLEEP', (arena.leaseMs * 1.3) / 1_000),
  ),
  fault('redis-pause-write', 'CLIENT PAUSE WRITE for longer than a lease', (arena) => paused(arena, 'WRITE')),
  fault('redis-pause-all', 'CLIENT PAUSE ALL for longer than a lease', (arena) => paused(arena, 'ALL')),
  fault('client-kill-normal', 'CLIENT KILL TYPE normal', (arena) => arena.admin('CLIENT', 'KILL', 'TYPE', 'normal'), {
    topologies: EVERYWHERE,
  }),
  fault('client-kill-pubsub', 'CLIENT KILL TYPE pubsub', (arena) => arena.admin('CLIENT', 'KILL', 'TYPE', 'pubsub'), {
    topologies: EVERYWHERE,
  }),
  fault('function-flush', 'FUNCTION FLUSH and SCRIPT FLUSH, several times', flushed, { topologies: EVERYWHERE }),
  fault('redis-full', 'maxmemory reached for longer than a lease, then raised', full),
  fault('redis-busy', 'a foreign script that runs until it is killed', busy),
  fault('redis-maxclients', 'every connection killed, new ones refused for longer than a lease', crowded),
]
