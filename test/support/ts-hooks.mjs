/**
 * Lets a plain Node process run our TypeScript sources: `.js` imports find their `.ts` file, types are stripped by Vite's transformer.
 * For child processes of tests (see typescript-child.ts), so that they run what is being tested and never a stale dist/, and for generators.
 * Threads that such a process starts get the same hooks, because Node hands `--import` on to them.
 */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { transformWithOxc } from 'vite'

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
  const file = fileURLToPath(url)
  const text = readFileSync(file, 'utf8')
  const source = /^\s*@\w/m.test(text) ? await withDecorators(text, file) : (await transformWithOxc(text, file, { sourcemap: false })).code
  return { format: 'module', source, shortCircuit: true }
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
