/**
 * Compiles to dist/ when a source changed. dist/ mirrors the tree: dist/src, dist/examples, dist/migrations, dist/bench, dist/test/conformance,
 * dist/test/chaos/nemesis.
 *
 * What was built is remembered as a hash of paths, sizes and times; it is written last, so that an interrupted build counts as none.
 */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { ROOT } from './paths.mjs'
import { quiet } from './run.mjs'

const SOURCES = ['src', 'examples', 'migrations', 'bench', 'test/conformance', 'test/chaos/nemesis', 'test/property', 'test/support']
const CONFIGS = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json']
const DIST = join(ROOT, 'dist')
const STAMP = join(DIST, '.built')
const FRESH = join(ROOT, 'dist.new') // as deep as dist, for the source maps

/** What the benchmark installs and writes for itself. */
const NOT_SOURCES = /^bench\/(node_modules|results)\b/

function filesOf(folder) {
  const path = join(ROOT, folder)
  if (!existsSync(path)) return []
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !NOT_SOURCES.test(relative(ROOT, entry.parentPath)))
    .map((entry) => join(entry.parentPath, entry.name))
}

function fingerprint() {
  const hash = createHash('sha256')
  for (const file of [...SOURCES.flatMap(filesOf), ...CONFIGS.map((name) => join(ROOT, name))].sort()) {
    const { size, mtimeMs } = statSync(file)
    hash.update(`${relative(ROOT, file)} ${size} ${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

function builtFrom() {
  try {
    return readFileSync(STAMP, 'utf8')
  } catch {
    return null
  }
}

/** What the compiler does not carry along: the examples' own data, such as the sample PDF. */
function copyAssets() {
  for (const file of filesOf('examples').filter((name) => !/\.(m?ts|md)$/.test(name))) cpSync(file, join(DIST, relative(ROOT, file)))
}

export async function ensureBuild(say, { force = false } = {}) {
  const print = fingerprint()
  if (!force && builtFrom() === print) return 'up to date'
  say('compiling')
  // Beside the old build, which stays usable until the new one is whole.
  rmSync(FRESH, { recursive: true, force: true })
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  await quiet(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', FRESH], { cwd: ROOT })
  rmSync(DIST, { recursive: true, force: true })
  renameSync(FRESH, DIST)
  copyAssets()
  writeFileSync(STAMP, print)
  return 'done'
}
