/** The pieces of set-up that decide: which server is good enough, what a step prints, whether packages are current, who holds the lock. */
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const LIB = join(ROOT, 'scripts/lib')

interface Server {
  binary: string
  version: string
}
type Say = (text: string) => void
const { findRedisBinary, ensureRedisBinary, checkRedisUrl } = (await import(join(LIB, 'redis-binary.mjs'))) as {
  findRedisBinary: (path?: string) => { found: Server | null; old: Server[] }
  ensureRedisBinary: (say: Say, path?: string) => Promise<Server>
  checkRedisUrl: (url: string) => Promise<string>
}
const { step } = (await import(join(LIB, 'steps.mjs'))) as {
  step: (name: string, work: (say: Say) => string, io: { write: Say; now: () => number }) => Promise<void>
}
const { packagesAreCurrent } = (await import(join(LIB, 'packages.mjs'))) as { packagesAreCurrent: (root: string) => boolean }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chordis-setup-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A program of this name that runs these lines of sh. */
function program(name: string, lines: string): string {
  const file = join(folder, name)
  writeFileSync(file, `#!/bin/sh\n${lines}\n`)
  chmodSync(file, 0o755)
  return file
}

const silent: Say = () => {}

describe('finding a Redis', () => {
  test('a server older than 7.0 is refused with what to type, and nothing is installed', async () => {
    const binary = program('redis-server', 'echo "Redis server v=6.2.14 sha=00000000:0 malloc=libc bits=64 build=0"')
    program('apt-get', `touch ${folder}/installed`)
    expect(findRedisBinary(folder)).toEqual({ found: null, old: [{ binary, version: '6.2.14' }] })
    await expect(ensureRedisBinary(silent, folder)).rejects.toThrow(
      /redis-server is 6\.2\.14[\s\S]*apt-get install redis-server[\s\S]*CHORDIS_REDIS_URL/,
    )
    expect(existsSync(join(folder, 'installed'))).toBe(false)
  })

  test('a Valkey beside an old Redis is taken', () => {
    program('redis-server', 'echo "Redis server v=6.0.16 sha=0"')
    const binary = program('valkey-server', 'echo "Valkey server v=8.1.1 sha=0"')
    expect(findRedisBinary(folder).found).toEqual({ binary, version: '8.1.1' })
  })

  test('a server of this machine is found with its version', () => {
    const { found } = findRedisBinary()
    expect(Number(found?.version.split('.')[0])).toBeGreaterThanOrEqual(7)
  })

  test('no server and no package manager is a message with three ways out', async () => {
    await expect(ensureRedisBinary(silent, folder)).rejects.toThrow(
      /none on PATH[\s\S]*package manager[\s\S]*on PATH[\s\S]*CHORDIS_REDIS_URL/,
    )
  })

  test('CHORDIS_REDIS_URL without a server behind it is named, without its password', async () => {
    const error = await checkRedisUrl('redis://:secret@127.0.0.1:1').then(
      () => null,
      (reason: Error) => reason,
    )
    expect(error?.message).toMatch(/no Redis answers there/)
    expect(error?.message).not.toContain('secret')
  })
})

describe('installing with apt', () => {
  const script = join(LIB, 'install-redis-apt.sh')

  /** Runs the install script with programs of ours in front; apt-get notes what the policy says while it runs. */
  function install(policy: string, aptGet = '') {
    program('apt-get', `${policy} redis-server start\necho $? >${folder}/said\necho "$@" >${folder}/args\n${aptGet}`)
    program('systemctl', 'exit 0')
    program('update-rc.d', 'exit 0')
    return spawnSync('sh', [script, 'redis-server', policy], {
      env: { PATH: `${folder}${delimiter}${process.env.PATH}` },
      encoding: 'utf8',
    })
  }
  const said = () => readFileSync(join(folder, 'said'), 'utf8').trim()

  test('the service is denied its start during the install, and the policy is gone afterwards', () => {
    const policy = join(folder, 'policy-rc.d')
    expect(install(policy).status).toBe(0)
    expect(said()).toBe('101')
    expect(readFileSync(join(folder, 'args'), 'utf8')).toMatch(/install .*redis-server/)
    expect(existsSync(policy)).toBe(false)
  })

  test('a policy that denies already is not touched', () => {
    const policy = program('policy-rc.d', `touch ${'$0'}.asked\nexit 101`)
    const before = readFileSync(policy, 'utf8')
    expect(install(policy).status).toBe(0)
    expect(said()).toBe('101')
    expect(readFileSync(policy, 'utf8')).toBe(before)
  })

  test('a policy that allows is back afterwards, also when the install fails', () => {
    const policy = program('policy-rc.d', 'exit 0')
    const before = readFileSync(policy, 'utf8')
    expect(install(policy, 'exit 7').status).toBe(7)
    expect(said()).toBe('101')
    expect(readFileSync(policy, 'utf8')).toBe(before)
    expect(existsSync(`${policy}.before-chordis`)).toBe(false)
  })

  test('what an install left behind when it was killed is put right by the next', () => {
    const policy = program('policy-rc.d', 'exit 0')
    const before = readFileSync(policy, 'utf8')
    expect(install(policy, 'kill -9 $PPID').signal).toBe('SIGKILL')
    expect(readFileSync(policy, 'utf8')).not.toBe(before)
    expect(install(policy).status).toBe(0)
    expect(readFileSync(policy, 'utf8')).toBe(before)
  })
})

describe('a step', () => {
  async function lines(work: (say: Say) => string): Promise<string> {
    let text = ''
    let clock = 0
    const io = {
      write: (part: string) => {
        text += part
      },
      now: () => {
        clock += 1_234
        return clock
      },
    }
    await step('build', work, io).catch((error: Error) => {
      text += `(${error.message})`
    })
    return text
  }

  test('is one line with its time', async () => {
    expect(await lines(() => 'up to date')).toBe('chordis  build     up to date  1.23 s\n')
  })

  test('that is slow says at once what it does, on the same line', async () => {
    const work = (say: Say) => {
      say('compiling')
      return 'done'
    }
    expect(await lines(work)).toBe('chordis  build     compiling … done  1.23 s\n')
  })

  test('that fails says so and passes the error on', async () => {
    const work = () => {
      throw new Error('no disk')
    }
    expect(await lines(work)).toBe('chordis  build     failed  1.23 s\n(no disk)')
  })
})

describe('packages', () => {
  const lock = (version: string) =>
    JSON.stringify({
      packages: {
        '': {},
        'node_modules/a': { version, integrity: `sha-${version}` },
        'node_modules/b': { version: '1', integrity: 'b', optional: true },
      },
    })

  test('are current when everything but optional packages is installed as locked', () => {
    writeFileSync(join(folder, 'package-lock.json'), lock('2.0.0'))
    expect(packagesAreCurrent(folder)).toBe(false)
    mkdirSync(join(folder, 'node_modules'))
    const hidden = join(folder, 'node_modules/.package-lock.json')
    writeFileSync(hidden, lock('1.0.0'))
    expect(packagesAreCurrent(folder)).toBe(false)
    writeFileSync(hidden, JSON.stringify({ packages: { 'node_modules/a': { version: '2.0.0', integrity: 'sha-2.0.0' } } }))
    expect(packagesAreCurrent(folder)).toBe(true)
  })
})

describe('the lock between processes', () => {
  test('lets one in at a time, and outlives a holder that is killed', async () => {
    const log = join(folder, 'log')
    writeFileSync(log, '')
    const code = (inside: string) => `
      const { withLock } = await import(${JSON.stringify(join(LIB, 'lock.mjs'))})
      const { appendFileSync } = await import('node:fs')
      await withLock(${JSON.stringify(join(folder, 'lock'))}, async () => {
        appendFileSync(${JSON.stringify(log)}, 'in ')
        await new Promise((done) => setTimeout(done, 10))
        ${inside}
        appendFileSync(${JSON.stringify(log)}, 'out ')
      })`
    const run = (inside = '') =>
      new Promise<void>((done) => {
        spawn(process.execPath, ['--input-type=module', '-e', code(inside)], { stdio: ['ignore', 'inherit', 'inherit'] }).once('exit', () =>
          done(),
        )
      })
    await run('process.kill(process.pid, "SIGKILL")')
    await Promise.all([run(), run(), run(), run()])
    expect(readFileSync(log, 'utf8')).toBe(`in ${'in out '.repeat(4)}`)
  })
})
