/**
 * Chordis over HTTP, for Node 20 and browsers: `fetch` and nothing else, no Redis. The types are made from the service's OpenAPI document.
 *
 * @module chordis/client
 */
export { ChordisApi } from './client.js'
export { type ApiErrorDetails, ChordisApiError, CLIENT_CODES, type Problem } from './error.js'
export type { ApiEvent, EventOptions } from './events.js'
export type { ManyAnswer, ManyOptions } from './submit-many.js'
export type { CallOptions, ClientOptions } from './transport.js'
export type { Outcome, Page, QueryOf, Schemas, SubmitRequest, Submitted, SubmittedLine, Workflow, WorkflowRow } from './types.js'
export { type ReceivedHeaders, type VerifiedWebhook, verifyWebhook, WebhookVerificationError } from './webhook.js'
