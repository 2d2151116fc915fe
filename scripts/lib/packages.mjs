/** `npm ci`, when node_modules is not what package-lock.json says. Contents are compared, not times: a checkout touches files. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './paths.mjs'
import { quiet } from './run.mjs'

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages
  } catch {
    return null
  }
}

/** npm writes node_modules/.package-lock.json last, so that an interrupted install has none. Optional packages may be missing. */
export function packagesAreCurrent(root = ROOT) {
  const wanted = readPackages(join(root, 'package-lock.json'))
  const installed = readPackages(join(root, 'node_modules/.package-lock.json'))
  if (wanted === null || installed === null) return false
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' || (installed[path]?.integrity === entry.integrity && installed[path] !== undefined) || entry.optional === true,
  )
}

export async function ensurePackages(say) {
  if (packagesAreCurrent()) return 'up to date'
  say('installing with npm ci')
  await quiet('npm', ['ci', '--loglevel=error', '--no-audit', '--no-fund'], { cwd: ROOT })
  return `${Object.keys(readPackages(join(ROOT, 'node_modules/.package-lock.json')) ?? {}).length} packages`
}
