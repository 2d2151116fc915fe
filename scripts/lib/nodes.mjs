/**
 * Other versions of Node for `npm run verify`, from the npm package `node`, which carries binaries. Each lives in a folder of its own under .chordis/: in
 * the project's node_modules it would stand before the real one on the PATH of every npm script.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { STATE } from './paths.mjs'
import { quiet } from './run.mjs'

/** The releases that we support: the oldest of 20 that `engines` allows is what a checkout is expected to have. */
export const MAJORS = [20, 22, 24]

/** Those that this process is not. `CHORDIS_NODES=24` or `CHORDIS_NODES=22,24` names others; empty: none. */
export function otherMajors(asked = process.env.CHORDIS_NODES) {
  if (asked === undefined) return MAJORS.filter((major) => major !== majorOf(process.version))
  return asked.split(',').filter(Boolean).map(majorOf)
}

function majorOf(text) {
  const [, major] = /^\s*v?(\d+)/.exec(text) ?? []
  if (major === undefined) throw new Error(`CHORDIS_NODES names majors, such as 22,24; not ${text}`)
  return Number(major)
}

function versionOf(binary) {
  try {
    return execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim()
  } catch {
    return null
  }
}

/** `{ binary, version }` of a major; installed when it is not there. Fails with what npm said. */
export async function ensureNode(major, { folder = join(STATE, `node-${major}`), install = installNode } = {}) {
  const binary = join(folder, 'node_modules/node/bin/node')
  if (versionOf(binary) === null) {
    mkdirSync(folder, { recursive: true })
    await install(folder, major)
  }
  const version = versionOf(binary)
  if (version === null || majorOf(version) !== major) throw new Error(`${binary} should be Node ${major}, but says ${version}`)
  return { binary, version }
}

const installNode = (folder, major) =>
  quiet('npm', ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--loglevel=error', `node@${major}`], {
    cwd: folder,
  })
