/** Where the redis-server for tests is: CHORDIS_REDIS_SERVER, PATH, the usual folders. 7.0 or newer; Valkey does as well. */
import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = ['redis-server', 'valkey-server']
/** Where package managers put servers that PATH does not always name. */
const FOLDERS = ['/usr/bin', '/usr/local/bin', '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin', '/snap/bin']
const MINIMUM = 7

const HOW: { [platform: string]: string } = {
  darwin: 'brew install redis',
  linux: 'apt-get install redis-server, apk add redis or dnf install redis',
}

/** No server that is new enough. The message says what was found, and how to install one. */
export class RedisMissingError extends Error {
  override readonly name = 'RedisMissingError'
  readonly code = 'redis-missing'
}

/**
 * Full path of a server.
 * @throws RedisMissingError
 */
export function redisBinary(env: NodeJS.ProcessEnv = process.env, folders: readonly string[] = FOLDERS): string {
  const named = env.CHORDIS_REDIS_SERVER
  if (named) {
    const version = versionOf(named)
    if (isNewEnough(version)) return named
    throw missing(`CHORDIS_REDIS_SERVER is ${named}, which is ${version === null ? 'no server that can be run' : `version ${version}`}`)
  }
  const old: string[] = []
  for (const file of candidates(env, folders)) {
    const version = versionOf(file)
    if (isNewEnough(version)) return file
    if (version !== null) old.push(`${file} is ${version}`)
  }
  throw missing(old.length === 0 ? 'there is no redis-server on PATH or in the usual folders' : old.join(', '))
}

function candidates({ PATH = '' }: NodeJS.ProcessEnv, folders: readonly string[]): string[] {
  const all = [...new Set([...PATH.split(delimiter).filter(Boolean), ...folders])]
  return NAMES.flatMap((name) => all.map((folder) => join(folder, name))).filter(isExecutable)
}

/** Whether this process may run the file. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const versions = new Map<string, string | null>()

/** `Redis server v=7.0.15 sha=…`, `Valkey server v=8.0.1 …`; null when it cannot be run. */
function versionOf(file: string): string | null {
  let version = versions.get(file)
  if (version === undefined) {
    version = askVersion(file)
    versions.set(file, version)
  }
  return version
}

function askVersion(file: string): string | null {
  try {
    const said = execFileSync(file, ['--version'], { encoding: 'utf8', timeout: 10_000, stdio: ['ignore', 'pipe', 'ignore'] })
    return /\bv=(\d+\.\d+\.\d+)/.exec(said)?.[1] ?? null
  } catch {
    return null
  }
}

const isNewEnough = (version: string | null): boolean => version !== null && Number(version.split('.')[0]) >= MINIMUM

function missing(what: string): RedisMissingError {
  const how = HOW[process.platform] ?? HOW.linux
  return new RedisMissingError(
    `Tests with a real Redis need redis-server ${MINIMUM}.0 or newer (or valkey-server): ${what}. Install one (${how}), or set CHORDIS_REDIS_SERVER to its path. Inline mode (InlineChordis) needs none.`,
  )
}
