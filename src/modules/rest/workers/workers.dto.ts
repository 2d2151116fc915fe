/** Bodies and queries of `/v1/workers`. */
import { SHUTDOWN_MODES } from '../../../engine/index.js'
import { Choice, Name, Texts, Whole } from '../fields.js'
import { PAGE, WAIT_MS } from '../limits/limits.js'

/** What a worker can be told. */
const COMMANDS = ['ping', 'stats', 'quiet', 'resume', 'active', 'reserved', 'grow', 'shrink', 'add-consumer', 'cancel-consumer', 'shutdown']
const WORKERS = { most: 1_000, description: 'Names or ids of workers. Default: all', example: ['mail@host-1'] }
const TIMEOUT = { least: 1, most: WAIT_MS, description: 'How long answers are gathered, ms. Default 3,000', example: 3_000 }
const LISTED = { least: 0, most: PAGE, description: 'At most so many attempts of each worker. Default 100', example: 100 }

export class ActiveDto {
  @Texts(WORKERS)
  workers?: string[]

  @Whole(TIMEOUT)
  timeoutMs?: number

  @Whole(LISTED)
  limit?: number
}

export class CommandDto {
  @Choice(COMMANDS, { required: true, description: 'What they are to do', example: 'grow' })
  type!: string

  @Whole({ ...LISTED, description: `Of \`active\` and \`reserved\`: ${LISTED.description}` })
  limit?: number

  @Whole({ least: 1, most: 10_000, description: 'Of `grow` and `shrink`: slots', example: 5 })
  by?: number

  @Name({ description: 'Of `add-consumer` and `cancel-consumer`', example: 'slow' })
  queue?: string

  @Choice(
    SHUTDOWN_MODES.filter((mode) => mode !== 'quiet'),
    { description: 'Of `shutdown`', example: 'warm' },
  )
  mode?: string

  @Whole({ least: 0, most: 86_400_000, description: 'Of a warm `shutdown`: how long what runs may go on, ms', example: 30_000 })
  graceMs?: number

  @Texts(WORKERS)
  workers?: string[]

  @Whole(TIMEOUT)
  timeoutMs?: number
}
