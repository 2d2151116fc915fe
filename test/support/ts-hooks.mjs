/**
 * Lets a plain Node process run our TypeScript sources: `.js` imports find their `.ts` file, types are stripped by Vite's transformer.
 * For child processes of tests (see typescript-child.ts), so that they run what is being tested and never a stale dist/, and for generators.
 * Threads that such a process starts get the same hooks, because Node hands `--import` on to them.
 *
 * What a source becomes is kept under a hash of all that it is made from: tests start hundreds of such processes, and to load and run the
 * compilers costs each of them 0.4 s of CPU for the engine, and 1.7 s for the modules.
 */
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const KEPT = join(ROOT, 'node_modules/.cache/chordis-sources')
/** Everything but the text that decides what comes out: the installed compilers (as npm remembers them), their options, and this file. */
const MAKERS = createHash('sha256')
for (const file of ['node_modules/.package-lock.json', 'tsconfig.json']) MAKERS.update(readFileSync(join(ROOT, file)))
MAKERS.update(readFileSync(fileURLToPath(import.meta.url)))

const isOurs = (url) => url.startsWith('file:') && !url.includes('/node_modules/')

/** The source that a `.js` specifier stands for: a relative one, or a whole URL (how a thread is started). */
function sourceOf(specifier, parentURL) {
  const isRelative = /^\.{1,2}\//.test(specifier) && parentURL !== undefined
  if (!specifier.endsWith('.js') || !(isRelative || specifier.startsWith('file:'))) return null
  const source = new URL(specifier.replace(/\.js$/, '.ts'), parentURL)
  return isOurs(source.href) && existsSync(source) ? source.href : null
}

export async function resolve(specifier, context, next) {
  const source = sourceOf(specifier, context.parentURL)
  return source === null ? next(specifier, context) : { url: source, format: 'module', shortCircuit: true }
}

export async function load(url, context, next) {
  if (!isOurs(url) || !url.endsWith('.ts')) return next(url, context)
  return { format: 'module', source: await compiled(fileURLToPath(url)), shortCircuit: true }
}

async function compiled(file) {
  const text = readFileSync(file, 'utf8')
  const kept = join(KEPT, MAKERS.copy().update(text).digest('hex'))
  if (existsSync(kept)) return readFileSync(kept, 'utf8')
  const code = /^\s*@\w/m.test(text) ? await withDecorators(text, file) : await withoutTypes(text, file)
  mkdirSync(KEPT, { recursive: true })
  // Renamed when it is whole: other processes read and write the same.
  const half = `${kept}.${randomUUID()}`
  writeFileSync(half, code)
  renameSync(half, kept)
  return code
}

async function withoutTypes(text, file) {
  const { transformWithOxc } = await import('vite')
  return (await transformWithOxc(text, file, { sourcemap: false })).code
}

/** Lowered by the compiler itself, which puts its helpers into the file; Vite's transformer would import them from where only Vite finds them. */
async function withDecorators(text, fileName) {
  const { default: ts } = await import('typescript')
  const { ModuleKind, ScriptTarget } = ts
  const compilerOptions = {
    experimentalDecorators: true,
    // The arguments of GraphQL resolvers are looked up in it, even where each says what it is.
    emitDecoratorMetadata: true,
    module: ModuleKind.ESNext,
    target: ScriptTarget.ES2022,
    verbatimModuleSyntax: true,
  }
  return ts.transpileModule(text, { compilerOptions, fileName }).outputText
}
