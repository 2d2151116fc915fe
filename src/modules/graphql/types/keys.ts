/** API keys and the audit log in the schema. */
import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql'
import type { AuditRecord } from '../../../engine/index.js'
import { PageInfo } from './page.js'
import { JsonScalar, MsScalar } from './scalars.js'

@ObjectType({ description: 'An API key without its secret.' })
export class ApiKey {
  @Field(() => ID)
  id!: string
  @Field(() => String)
  label!: string
  @Field(() => String, { description: 'The tenant that it is bound to; *: all.' })
  tenant!: string
  @Field(() => [String], { description: 'Scopes, <resource>:* or *.' })
  scopes!: string[]
  @Field(() => [String], { nullable: true, description: 'Queues that its calls may go to: names, or prefixes that end in *; null: all.' })
  queues?: string[]
  @Field(() => [String], { nullable: true, description: 'Tasks that it may call, likewise.' })
  tasks?: string[]
  @Field(() => Int, { nullable: true, description: 'Requests per 10 s that the service answers it; null: the service’s.' })
  rate?: number
  @Field(() => String, { nullable: true, description: 'The credential that made it; null: the command line, or a program.' })
  by?: string
  @Field(() => MsScalar)
  createdAt!: number
  @Field(() => MsScalar, { nullable: true, description: 'null: when it is revoked.' })
  expiresAt!: number | null
  @Field(() => MsScalar, { nullable: true, description: 'When it was used last, to a minute; null: never.' })
  usedAt!: number | null
  @Field(() => MsScalar, { nullable: true, description: 'Until when the secret before the last rotation works; null: there is none.' })
  previousUntil!: number | null
}

@ObjectType({ description: 'A key with its text, which is shown this once.' })
export class NewApiKey {
  @Field(() => String, { description: 'chordis_<id>_<secret>' })
  secret!: string
  @Field(() => ApiKey)
  key!: ApiKey
}

@ObjectType()
export class ApiKeyConnection {
  @Field(() => [ApiKey])
  nodes!: ApiKey[]
  @Field(() => PageInfo)
  pageInfo!: PageInfo
}

@ObjectType()
export class ApiKeyRevocation {
  @Field(() => ID)
  id!: string
  @Field(() => Boolean)
  revoked!: boolean
}

@InputType({ description: 'A key that is to be made. Nobody gives more than they have; what is left out is as the maker has it.' })
export class ApiKeyInput {
  @Field(() => [String], { description: 'Scopes, <resource>:* or *.' })
  scopes!: string[]
  @Field(() => String, { nullable: true, description: 'What it is for.' })
  label?: string | null
  @Field(() => String, { nullable: true, description: 'The tenant that it is bound to; *: all.' })
  tenant?: string | null
  @Field(() => [String], { nullable: true, description: 'Names, or prefixes that end in *.' })
  queues?: string[] | null
  @Field(() => [String], { nullable: true, description: 'Names, or prefixes that end in *.' })
  tasks?: string[] | null
  @Field(() => MsScalar, { nullable: true, description: 'It is good for so long; not beyond the end of the maker.' })
  expiresInMs?: number | null
  @Field(() => Int, { nullable: true, description: 'Requests per 10 s. Needs a credential of all tenants, or one with a rate of its own.' })
  rate?: number | null
}

@ObjectType({ description: 'A change that was asked for, done or refused.' })
export class AuditEntry {
  @Field(() => ID)
  id!: string
  @Field(() => MsScalar, { description: 'When it was written: within 50 ms of the change.' })
  at!: number
  @Field(() => String, { description: 'The credential that asked: key:<id>, static:<id>, jwt:<subject>, local.' })
  principal!: string
  @Field(() => String, { description: 'The tenant that it acted for; *: all.' })
  tenant!: string
  @Field(() => String, { description: 'workflow.revoke, queue.pause, …' })
  action!: string
  @Field(() => String, { description: 'Id or name of what was to be changed.' })
  target!: string
  @Field(() => JsonScalar, { nullable: true, description: 'What else was asked for, without payloads.' })
  detail?: Readonly<Record<string, unknown>>
  @Field(() => String, { description: 'ok, or the code of the error.' })
  outcome!: string
}

@ObjectType()
export class AuditConnection {
  @Field(() => [AuditEntry])
  nodes!: AuditRecord[]
  @Field(() => PageInfo)
  pageInfo!: PageInfo
}

@InputType({ description: 'Which entries are meant: all conditions hold together.' })
export class AuditFilterInput {
  @Field(() => String, { nullable: true })
  principal?: string | null
  @Field(() => String, { nullable: true, description: 'workflow.revoke, or all of a kind: workflow.*' })
  action?: string | null
  @Field(() => MsScalar, { nullable: true, description: 'Written before this instant.' })
  before?: number | null
  @Field(() => MsScalar, { nullable: true, description: 'Written at this instant or after it.' })
  after?: number | null
}
