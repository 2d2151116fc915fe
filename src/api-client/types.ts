/** Names for what the service takes and answers; all of it is made from docs/openapi.json. */
import type { components, operations } from './schema.generated.js'

/** Schemas of the OpenAPI document, by name. */
export type Schemas = components['schemas']
/** The query of an operation. */
export type QueryOf<O extends keyof operations> = NonNullable<operations[O]['parameters']['query']>

/** A canvas that is to be submitted, and how. */
export type SubmitRequest = Schemas['SubmitRequest']
/** Answer to a submission. */
export type Submitted = Schemas['Submitted']
/** Answer to a line of NDJSON. */
export type SubmittedLine = Schemas['SubmittedLine']
/** A workflow. */
export type Workflow = Schemas['Workflow']
/** A workflow in a list. */
export type WorkflowRow = Schemas['WorkflowRow']
/** What a workflow came to. */
export type Outcome = Schemas['Outcome']
/** A page of a list. */
export interface Page {
  cursor: string | null
}
