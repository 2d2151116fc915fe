/** Opens what a command works on, and lets go of it: the backend that was named, or Redis itself. */
import { Chordis } from '../../engine/index.js'
import { type Context, redisOptions } from '../context.js'
import type { Backend } from './backend.js'
import { redisBackend } from './redis.js'

/** Asks something of Redis, or of a service where one was named. */
export async function withBackend<T>(context: Context, ask: (backend: Backend) => Promise<T>): Promise<T> {
  if (context.service === undefined) return withRedis(context, '', async (app) => ask(redisBackend(await app.client())))
  const { serviceBackend } = await import('./service/backend.js')
  return ask(serviceBackend(context.service))
}

/**
 * Asks something that only Redis itself can answer, of an application without tasks.
 * @param why it is not to be had of a service, as {@link redisOptions}
 */
export async function withRedis<T>(context: Context, why: string, ask: (app: Chordis) => Promise<T>): Promise<T> {
  const app = new Chordis(redisOptions(context, why))
  try {
    return await ask(app)
  } finally {
    await app.close()
  }
}
