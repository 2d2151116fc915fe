/**
 * Closes the HTTP server of an application: accepts nothing more, lets requests in flight end, cuts the rest after a while.
 */
import type { Server } from 'node:http'
import type { HttpAdapterHost } from '@nestjs/core'

/** An application context has none: null. */
type Adapter = HttpAdapterHost['httpAdapter'] | null | undefined

/** Resolves when no connection is left, at the latest after `limitMs` (and the cutting). */
export async function closeHttp(adapter: Adapter, limitMs: number): Promise<void> {
  if (adapter === undefined || adapter === null) return
  const server = adapter.getHttpServer() as Partial<Server> | undefined
  const cut = setTimeout(() => server?.closeAllConnections?.(), limitMs)
  try {
    await adapter.close()
  } finally {
    clearTimeout(cut)
  }
}
