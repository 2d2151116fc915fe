/** The connection that `forFeature` named for the providers of its module. */
export const FEATURE_CONNECTION = Symbol('chordis.feature-connection')
