/**
 * Finds a redis-server or valkey-server of version 7.0 or newer, or installs one with the system's package manager.
 *
 * Installing leaves no daemon on 6379. A server that is too old is somebody's choice: it is reported, never upgraded.
 */
import { execFileSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { ask, infoField } from './resp.mjs'
import { quiet } from './run.mjs'
import { SetupError } from './steps.mjs'

const NAMES = ['redis-server', 'valkey-server']
const MINIMUM = 7

/** Full path of a command on PATH, or null. */
export function which(name, path = process.env.PATH ?? '') {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const file = join(folder, name)
    try {
      accessSync(file, constants.X_OK)
      if (statSync(file).isFile()) return file
    } catch {}
  }
  return null
}

export const newEnough = (version) => Number(version.split('.')[0]) >= MINIMUM

/** `Redis server v=7.0.15 sha=…` or `Valkey server v=8.0.1 …`. */
function versionOf(binary) {
  try {
    return /\bv=(\d+\.\d+\.\d+)/.exec(execFileSync(binary, ['--version'], { encoding: 'utf8', timeout: 10_000 }))?.[1] ?? null
  } catch {
    return null
  }
}

/**
 * The first good server on PATH, and the ones that are too old.
 * @returns {{ found: { binary: string, version: string } | null, old: { binary: string, version: string }[] }}
 */
export function findRedisBinary(path = process.env.PATH ?? '') {
  const servers = NAMES.flatMap((name) => {
    const binary = which(name, path)
    const version = binary === null ? null : versionOf(binary)
    return version === null ? [] : [{ binary, version }]
  })
  return { found: servers.find((server) => newEnough(server.version)) ?? null, old: servers.filter((server) => !newEnough(server.version)) }
}

/** Asks the server of CHORDIS_REDIS_URL for its version. One that hides INFO from us is taken as it is. */
export async function checkRedisUrl(url) {
  const shown = url.replace(/\/\/[^@/]*@/, '//')
  const [info] = await ask(url, [['INFO', 'server']]).catch((cause) => {
    throw new SetupError(
      `CHORDIS_REDIS_URL is ${shown}, but no Redis answers there (${cause.message}). Start it, or unset the variable to use an embedded one.`,
    )
  })
  const version = info instanceof Error ? null : (infoField(info, 'valkey_version') ?? infoField(info, 'redis_version'))
  if (info instanceof Error && !info.message.startsWith('NOPERM'))
    throw new SetupError(`The Redis of CHORDIS_REDIS_URL (${shown}) refuses us: ${info.message}`)
  if (version && !newEnough(version))
    throw new SetupError(`The Redis of CHORDIS_REDIS_URL (${shown}) is ${version}. Chordis needs ${MINIMUM}.0 or newer.`)
  return `${version ?? 'of unknown version'} at ${shown}`
}

const HOW = {
  'apt-get': 'sudo apt-get install redis-server',
  apk: 'sudo apk add redis',
  dnf: 'sudo dnf install redis',
  brew: 'brew install redis',
}

/** The command prefix that makes us root, or null. sudo may ask for the password where there is somebody to ask. */
function rootPrefix(path) {
  if (process.getuid?.() === 0) return []
  const sudo = which('sudo', path)
  if (sudo === null) return null
  if (process.stdin.isTTY) return [sudo]
  try {
    execFileSync(sudo, ['-n', 'true'], { stdio: 'ignore' })
    return [sudo, '-n']
  } catch {
    return null
  }
}

/** Runs the first package that the manager can install; the failures of all if none. */
async function firstOf(packages, install) {
  const failures = []
  for (const name of packages) {
    try {
      return await install(name)
    } catch (error) {
      failures.push(error)
    }
  }
  throw new SetupError(failures.map((failure) => failure.message).join('\n'))
}

/** Version that apt would install, without epoch and Debian's part; null if it knows none. */
async function aptCandidate(name) {
  return /Candidate: (?:\d+:)?(\d+\.[\d.]+)/.exec(await quiet('apt-cache', ['policy', name]))?.[1] ?? null
}

async function installWithApt(asRoot) {
  const script = join(import.meta.dirname, 'install-redis-apt.sh')
  for (const fresh of [false, true]) {
    if (fresh) await asRoot('apt-get', 'update', '-q')
    for (const name of NAMES) {
      const candidate = await aptCandidate(name)
      if (candidate === null || !newEnough(candidate)) continue
      try {
        return await asRoot('sh', script, name)
      } catch (error) {
        if (fresh) throw error
        break // the package lists may be older than the archive: try once more with new ones
      }
    }
  }
  throw new SetupError(`apt offers no redis-server or valkey-server of version ${MINIMUM}.0 or newer.`)
}

const INSTALLERS = {
  'apt-get': installWithApt,
  apk: (asRoot) => firstOf(['redis', 'valkey'], (name) => asRoot('apk', 'add', '--no-cache', name)),
  dnf: (asRoot) => firstOf(['redis', 'valkey'], (name) => asRoot('dnf', 'install', '-y', '-q', name)),
  brew: () => firstOf(['redis', 'valkey'], (name) => quiet('brew', ['install', '-q', name])),
}

/** The message when nothing can be done here. */
function advice(reason, manager) {
  const command = manager === null ? null : HOW[manager]
  return new SetupError(
    [
      `Chordis needs a Redis (${MINIMUM}.0 or newer) or a Valkey, and ${reason}. One of these helps:`,
      `  - ${command ?? 'install redis-server with your system’s package manager'}`,
      '  - put a redis-server or valkey-server on PATH',
      '  - CHORDIS_REDIS_URL=redis://host:6379 npm start     to use a server of yours',
    ].join('\n'),
  )
}

/**
 * Finds the server's program, installing it if there is none.
 * @param {(text: string) => void} say
 */
export async function ensureRedisBinary(say, path = process.env.PATH ?? '') {
  const { found, old } = findRedisBinary(path)
  if (found !== null) return found
  const manager = Object.keys(INSTALLERS).find((name) => which(name, path) !== null) ?? null
  if (old.length > 0)
    throw advice(`the one on PATH is too old: ${old.map((server) => `${server.binary} is ${server.version}`).join(', ')}`, manager)
  if (manager === null) throw advice('there is none on PATH', null)
  const prefix = manager === 'brew' ? [] : rootPrefix(path)
  if (prefix === null) throw advice('installing one takes root or sudo', manager)

  say(`none on PATH, installing one with ${manager} (no daemon is left running)`)
  const asRoot = (command, ...args) => {
    const [first, ...rest] = [...prefix, command, ...args]
    return quiet(first, rest, { stdin: 'inherit' })
  }
  await INSTALLERS[manager](asRoot)
  const installed = findRedisBinary(path)
  if (installed.found === null) throw advice(`${manager} installed none that is new enough`, manager)
  return installed.found
}
