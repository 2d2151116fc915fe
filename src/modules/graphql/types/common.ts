/** Types that several parts of the schema share. */
import { Field, ID, Int, ObjectType } from '@nestjs/graphql'
import { JsonScalar, MsScalar } from './scalars.js'

/** An error of a task, as it crossed the wire. */
@ObjectType({ description: 'An error of a task. Its texts are empty without the scope payloads:read.' })
export class Failure {
  @Field(() => String)
  type!: string

  @Field(() => String)
  message!: string

  @Field(() => String, { nullable: true })
  code?: string

  @Field(() => String, { nullable: true })
  stack?: string

  @Field(() => ID, { nullable: true, description: 'Of a failed child: its workflow.' })
  workflow?: string

  @Field(() => JsonScalar, { nullable: true, description: 'The error that it came of, of the same form.' })
  cause?: unknown
}

/** What a task failed with, attempt by attempt. */
@ObjectType()
export class AttemptFailure {
  @Field(() => Int, { description: 'From 1.' })
  attempt!: number

  @Field(() => MsScalar)
  at!: number

  @Field(() => Failure, { nullable: true, description: 'null: it asked for another attempt without an error.' })
  error!: Failure | null
}

/** What one of many was refused with. */
@ObjectType({ description: 'Why one of many was refused.' })
export class Refusal {
  @Field(() => String)
  code!: string

  @Field(() => String)
  message!: string

  @Field(() => String, { nullable: true, description: 'Where in the input.' })
  path?: string

  @Field(() => ID, { nullable: true, description: 'The workflow concerned.' })
  workflow?: string
}
