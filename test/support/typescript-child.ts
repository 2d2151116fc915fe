/**
 * How to run one of our own modules as a Node process: its source when we are a source ourselves (under Vitest), so that a test never runs
 * a stale dist/; the compiled file when we run from dist/. Callers: whoever starts a {@link WorkerProcess}.
 */
import { fileURLToPath } from 'node:url'
import { WorkerProcess, type WorkerProcessOptions } from './worker-process.js'

const fromSource = import.meta.url.endsWith('.ts')

/** Node's flags for a child that runs sources; none when compiled. Threads of the child inherit them. */
export function nodeFlags(): string[] {
  if (!fromSource) return []
  const hooks = new URL('./ts-hooks.mjs', import.meta.url).href
  const register = `import { register } from 'node:module'; register(${JSON.stringify(hooks)})`
  return ['--import', `data:text/javascript,${encodeURIComponent(register)}`]
}

/** Starts a module, `new URL('./name.js', import.meta.url)`, and waits for its ready line. */
export function startModule(module: URL, options: WorkerProcessOptions = {}): Promise<WorkerProcess> {
  const file = fileURLToPath(fromSource ? new URL(module.href.replace(/\.js$/, '.ts')) : module)
  return WorkerProcess.start(file, { ...options, nodeArgs: [...nodeFlags(), ...(options.nodeArgs ?? [])] })
}
