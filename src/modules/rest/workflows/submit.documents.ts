/** How OpenAPI shows a submission. */
import { applyDecorators } from '@nestjs/common'
import { ApiBody, ApiConsumes } from '@nestjs/swagger'
import { refTo } from '../fields.js'
import { named } from '../parameters.js'
import { NDJSON_TYPE } from './ndjson.js'
import { SUBMIT_EXAMPLES, SubmitDto } from './submit.dto.js'

/** `lines`: also as NDJSON, one a line. */
export function DocumentsSubmission({ lines }: { lines: boolean }): MethodDecorator {
  return applyDecorators(
    ApiConsumes('application/json', ...(lines ? [NDJSON_TYPE] : [])),
    ApiBody({ schema: refTo(SubmitDto), required: true, examples: named(SUBMIT_EXAMPLES) }),
  )
}
