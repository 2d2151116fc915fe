/** The peers' packages, in bench/node_modules: installed on first use, so that nobody else carries them. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { output } from './child.js'
import { BENCH } from './paths.js'

interface Manifest {
  version: string
  dependencies: Record<string, string>
}

const read = (...path: string[]): Manifest => JSON.parse(readFileSync(join(BENCH, ...path, 'package.json'), 'utf8')) as Manifest

function installed(): boolean {
  return Object.entries(read().dependencies).every(
    ([name, version]) => existsSync(join(BENCH, 'node_modules', name, 'package.json')) && read('node_modules', name).version === version,
  )
}

/** Null when `npm ci` in bench/ has succeeded, now or before. */
export async function ensurePeers(): Promise<string | null> {
  if (installed()) return null
  process.stderr.write('installing the peers with npm ci in bench/\n')
  try {
    await output('npm', ['ci', '--loglevel=error', '--no-audit', '--no-fund'], { cwd: BENCH })
    return null
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}; try: npm ci --prefix bench`
  }
}

/** A peer's module; its types are what the caller says they are. */
export function peer<T>(name: string): T {
  return createRequire(join(BENCH, 'package.json'))(name) as T
}

/** The version of a peer that is installed. */
export const peerVersion = async (name: string): Promise<string> => read('node_modules', name).version
