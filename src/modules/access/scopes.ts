/** What a credential may do: the engine's, because API keys are stored with it. */
export { ALL_SCOPES, readScopes, SCOPES, type Scope } from '../../engine/index.js'
