import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { RedisMissingError, redisBinary, startRedis, useRedis } from '../../src/engine/testing/index.js'
import { nodeFlags } from '../support/typescript-child.js'
import { until } from '../support/wait.js'

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('startRedis', () => {
  test('gives an empty server of its own that ends with its block, folder and all', async () => {
    let seen: { pid: number; dir: string } | undefined
    {
      await using redis = await startRedis()
      await using other = await startRedis({ appendonly: true })
      seen = { pid: redis.pid, dir: redis.dir }
      await redis.call('SET', 'a', 1)
      expect([await redis.call('DBSIZE'), await other.call('DBSIZE')]).toEqual([1, 0])
      await redis.flush()
      expect(await redis.call('DBSIZE')).toBe(0)
    }
    expect({ alive: alive(seen.pid), dir: existsSync(seen.dir) }).toEqual({ alive: false, dir: false })
  })

  test('starts again with what it kept, on the same port', async () => {
    await using redis = await startRedis({ appendonly: true, appendfsync: 'always' })
    const { url } = redis
    await redis.call('SET', 'a', 1)
    await redis.kill9()
    await expect(redis.call('PING')).rejects.toThrow()
    await redis.restart()
    expect([await redis.call('GET', 'a'), redis.url]).toEqual(['1', url])
  })

  test('does not outlive a process that was killed', async () => {
    const module = new URL('../../src/engine/testing/index.ts', import.meta.url).href
    const program = `const { startRedis } = await import(${JSON.stringify(module)}); const r = await startRedis(); console.log(JSON.stringify({ pid: r.pid, dir: r.dir })); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, [...nodeFlags(), '--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    await until(() => said.includes('\n'), { timeoutMs: 30_000, what: 'the program has started its Redis' })
    const { pid, dir } = JSON.parse(said) as { pid: number; dir: string }
    expect(alive(pid)).toBe(true)
    child.kill('SIGKILL')
    await until(() => !alive(pid) && !existsSync(dir), { timeoutMs: 10_000, what: 'the Redis of a killed process is gone' })
  })
})

describe('the server', () => {
  const folders: string[] = []
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  })

  function folderWith(name: string, version: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'chordis-binary-'))
    folders.push(folder)
    writeFileSync(join(folder, name), `#!/bin/sh\necho "Redis server v=${version} sha=0"\n`)
    chmodSync(join(folder, name), 0o755)
    return folder
  }

  test('is the first on PATH that is new enough, then one in the usual folders', () => {
    const [old, valkey] = [folderWith('redis-server', '6.2.14'), folderWith('valkey-server', '8.0.1')]
    expect(redisBinary({ PATH: `${old}:${valkey}` }, [])).toBe(join(valkey, 'valkey-server'))
    expect(redisBinary({ PATH: old }, [valkey])).toBe(join(valkey, 'valkey-server'))
  })

  test('that CHORDIS_REDIS_SERVER names is taken, or refused by name', () => {
    const [named, old] = [folderWith('redis-server', '7.0.0'), folderWith('redis-server', '6.0.0')]
    expect(redisBinary({ CHORDIS_REDIS_SERVER: join(named, 'redis-server'), PATH: '' }, [])).toBe(join(named, 'redis-server'))
    const refused = () => redisBinary({ CHORDIS_REDIS_SERVER: join(old, 'redis-server'), PATH: named }, [])
    expect(refused).toThrow(/CHORDIS_REDIS_SERVER is .*, which is version 6\.0\.0/)
  })

  test('that is missing or too old is an error that says what was found and how to install one', () => {
    const old = folderWith('redis-server', '6.2.14')
    expect(() => redisBinary({ PATH: '' }, [])).toThrow(RedisMissingError)
    expect(() => redisBinary({ PATH: '' }, [])).toThrow(/there is no redis-server on PATH.*install.*CHORDIS_REDIS_SERVER/)
    expect(() => redisBinary({ PATH: old }, [])).toThrow(/is 6\.2\.14/)
  })
})

describe('useRedis', () => {
  const redis = useRedis({ beforeAll, afterAll })

  test('is there inside tests', async () => {
    await redis.server.call('SET', 'a', 1)
    await redis.flush()
    expect(await redis.server.call('DBSIZE')).toBe(0)
    expect(redis.url).toMatch(/^redis:\/\/127\.0\.0\.1:\d+$/)
  })

  test('is not there before', () => {
    const early = useRedis({ beforeAll: () => undefined, afterAll: () => undefined })
    expect(() => early.url).toThrow('only inside hooks and tests')
  })

  test('works with the hooks of node:test', () => {
    const folder = mkdtempSync(join(tmpdir(), 'chordis-node-test-'))
    const file = join(folder, 'redis.test.mjs')
    const module = new URL('../../src/engine/testing/index.ts', import.meta.url).href
    writeFileSync(
      file,
      `import { after, before, test } from 'node:test'
       import { useRedis } from ${JSON.stringify(module)}
       const redis = useRedis({ beforeAll: before, afterAll: after })
       test('answers', async () => { if ((await redis.server.call('PING')) !== 'PONG') throw new Error('no') })`,
    )
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const said = execFileSync(process.execPath, [...nodeFlags(), '--test', '--test-reporter=tap', file], { encoding: 'utf8', env })
    rmSync(folder, { recursive: true, force: true })
    expect(said).toMatch(/# pass 1\n/)
  })
})
