/** Starts a server of the HTTP workloads in a process of its own; it ends with ours. */
import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { Place } from '../contract.js'
import type { ServerRequest } from '../http-server.js'
import { keep } from './child.js'

const MODULE = join(import.meta.dirname, '../http-server.js')

/** Where it listens. */
export function startHttp(kind: ServerRequest['kind'], place: Place): Promise<string> {
  const child = keep(
    fork(MODULE, [JSON.stringify({ kind, place } satisfies ServerRequest)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
  )
  return new Promise((done, fail) => {
    child.once('message', (url) => done(url as string))
    child.once('exit', (code) => fail(new Error(`the server ended with ${code}`)))
  })
}
