/** Every schema that has a name in the OpenAPI document. */
import * as letters from '../dead-letters/dead-letters.dto.js'
import { fieldsOf, refTo, schemaOf } from '../fields.js'
import * as keys from '../keys/keys.dto.js'
import * as queues from '../queues/queues.dto.js'
import * as schedules from '../schedules/schedules.dto.js'
import type { Named } from '../schema.js'
import * as webhooks from '../webhooks/webhooks.dto.js'
import * as workers from '../workers/workers.dto.js'
import * as submit from '../workflows/submit.dto.js'
import * as requests from '../workflows/workflows.dto.js'
import * as access from './access.js'
import * as common from './common.js'
import * as operations from './operations.js'
import * as hooks from './webhooks.js'
import * as workflows from './workflows.js'

type Type = new () => object

/** Bodies; queries are parameters. */
const BODIES: readonly Type[] = [
  ...[submit.SubmitDto, submit.SubmitOptionsDto, submit.SubmitLimitsDto],
  ...[requests.RevokeDto, requests.PauseDto, requests.PriorityDto, requests.RerunDto],
  ...[requests.BulkDto, requests.BulkOptionsDto, requests.FilterDto],
  ...[queues.PauseQueueDto, queues.PurgeDto, queues.MoveDto, workers.CommandDto],
  ...[schedules.ScheduleDto, schedules.TriggerDto, schedules.BackfillDto, schedules.PreviewTimingDto],
  ...[keys.CreateKeyDto, keys.RotateKeyDto],
  ...[letters.ChangeLettersDto, letters.LetterFilterDto],
  ...[webhooks.WebhookDto, webhooks.WebhookChangeDto, webhooks.RotateSecretDto],
]

const nameOf = (type: Type): string => refTo(type).$ref.split('/').at(-1) as string

/** Of the fields of a body, each has an example, and so has the body. */
const bodyOf = (type: Type): [string, object] => {
  const shown = fieldsOf(type).filter(({ schema }) => schema.example !== undefined)
  return [nameOf(type), { ...schemaOf(type), examples: [Object.fromEntries(shown.map(({ name, schema }) => [name, schema.example]))] }]
}

const isNamed = (value: unknown): value is Named => typeof value === 'object' && value !== null && 'definition' in value

/** Name -> schema: answers and bodies. */
export const SCHEMAS: Readonly<Record<string, object>> = Object.fromEntries([
  ...Object.values({ ...access, ...common, ...operations, ...hooks, ...workflows })
    .filter(isNamed)
    .map(({ name, definition }) => [name, definition] as const),
  ...BODIES.map(bodyOf),
])
