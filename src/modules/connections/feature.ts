import type { Wrapper } from '../tasks/methods.js'

/** The connection that `forFeature` named for the providers of its module. */
export const FEATURE_CONNECTION = Symbol('chordis.feature-connection')

/** The connection that a provider's `forFeature` named, if it did. */
export function featureOf({ host }: Wrapper): string | undefined {
  return host?.providers.get(FEATURE_CONNECTION)?.instance as string | undefined
}
