/**
 * A copy of the tree, outside of it, whose node_modules has everything but @nestjs: an import of Nest from the engine fails there.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './paths.mjs'

const ABSENT = '@nestjs'
const COPIED = ['src', 'test', 'migrations', 'scripts', 'dist', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'vitest.config.ts']

function linkPackages(copy) {
  const target = join(copy, 'node_modules')
  mkdirSync(target)
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name !== ABSENT && name !== '.vite') symlinkSync(join(ROOT, 'node_modules', name), join(target, name))
  }
}

function nestIsFound(copy) {
  try {
    createRequire(join(copy, 'src/engine/index.js')).resolve(`${ABSENT}/common`)
    return true
  } catch {
    return false
  }
}

/** Runs `work` with the path of such a copy and removes it. */
export async function withoutNest(work) {
  const copy = mkdtempSync(join(tmpdir(), 'chordis-bare-'))
  try {
    for (const name of COPIED) if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(copy, name), { recursive: true })
    linkPackages(copy)
    if (nestIsFound(copy)) throw new Error(`${ABSENT} can still be found from ${copy}`)
    return await work(copy)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}
