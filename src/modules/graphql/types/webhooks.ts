/** Webhooks in the schema. */
import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql'
import type { AttemptOutcome, WebhookDelivery as Delivery, DisabledReason, EndState, NewWebhook as Made } from '../../../engine/index.js'
import { AttemptOutcomeEnum, DeliveryStateEnum, DisabledReasonEnum, EndStateEnum } from './enums.js'
import { PageInfo } from './page.js'
import { MsScalar } from './scalars.js'

@ObjectType({ description: 'How the last attempt to deliver to an endpoint went.' })
export class WebhookAttempt {
  @Field(() => MsScalar)
  at!: number
  @Field(() => AttemptOutcomeEnum)
  outcome!: AttemptOutcome
  @Field(() => Int, { nullable: true, description: 'Of the answer; null: there was none.' })
  status!: number | null
}

@ObjectType({ description: 'Where the ends of workflows are told.' })
export class Webhook {
  @Field(() => ID)
  id!: string
  @Field(() => String)
  url!: string
  @Field(() => String, { description: 'Whose workflows; *: those of all tenants.' })
  tenant!: string
  @Field(() => String)
  label!: string
  @Field(() => [EndStateEnum], { nullable: true, description: 'null: all.' })
  states!: EndState[] | null
  @Field(() => String, { nullable: true, description: 'Only of workflows with this name.' })
  name!: string | null
  @Field(() => String, { nullable: true, description: 'Only of workflows with this tag.' })
  tag!: string | null
  @Field(() => Boolean)
  enabled!: boolean
  @Field(() => DisabledReasonEnum, { nullable: true })
  disabledReason!: DisabledReason | null
  @Field(() => MsScalar)
  createdAt!: number
  @Field(() => MsScalar, { nullable: true, description: 'Until when the secret before the last rotation signs, too.' })
  previousUntil!: number | null
  @Field(() => Int, { description: 'Deliveries in a row that were given up.' })
  deadInRow!: number
  @Field(() => WebhookAttempt, { nullable: true })
  last!: WebhookAttempt | null
}

@ObjectType({ description: 'An endpoint with its secret, which is shown this once.' })
export class WebhookSecret {
  @Field(() => Webhook)
  webhook!: Omit<Made, 'secret'>
  @Field(() => String, { description: 'Signs what is delivered.' })
  secret!: string
}

@ObjectType()
export class WebhookEdge {
  @Field(() => Webhook)
  node!: Webhook
  @Field(() => String)
  cursor!: string
}

@ObjectType()
export class WebhookConnection {
  @Field(() => [WebhookEdge])
  edges!: WebhookEdge[]
  @Field(() => [Webhook])
  nodes!: Webhook[]
  @Field(() => PageInfo)
  pageInfo!: PageInfo
}

@ObjectType({ description: 'A delivery that waits for its next attempt, or was given up.' })
export class WebhookDelivery {
  @Field(() => ID, { description: 'The same at every attempt.' })
  id!: string
  @Field(() => DeliveryStateEnum)
  state!: Delivery['state']
  @Field(() => ID, { description: 'Of what happened; the same for all endpoints.' })
  event!: string
  @Field(() => ID, { nullable: true, description: 'null: a ping.' })
  workflow!: string | null
  @Field(() => MsScalar)
  createdAt!: number
  @Field(() => Int)
  attempts!: number
  @Field(() => MsScalar, { nullable: true, description: 'null: it was given up.' })
  nextAttemptAt!: number | null
  @Field(() => MsScalar, { nullable: true, description: 'When it was given up.' })
  diedAt!: number | null
  @Field(() => Int, { nullable: true, description: 'Of the last answer; null: there was none.' })
  lastStatus!: number | null
  @Field(() => String, { nullable: true, description: 'Why the last attempt failed.' })
  lastError!: string | null
}

@ObjectType({ description: 'A part of the deliveries of an endpoint.' })
export class WebhookDeliveries {
  @Field(() => [WebhookDelivery])
  deliveries!: WebhookDelivery[]
  @Field(() => String, { nullable: true, description: '`after` of the next part; null at the end.' })
  cursor!: string | null
}

@ObjectType()
export class WebhookDone {
  @Field(() => ID, { description: 'The endpoint.' })
  id!: string
  @Field(() => ID, { nullable: true, description: 'The delivery that was asked for.' })
  delivery!: string | null
}

@InputType({ description: 'What an endpoint is to be.' })
export class WebhookInput {
  @Field(() => String, { description: 'https, of a public address.' })
  url!: string
  @Field(() => [EndStateEnum], { nullable: true, description: 'Only of workflows that ended so.' })
  states?: EndState[] | null
  @Field(() => String, { nullable: true, description: 'Only of workflows with this name.' })
  name?: string | null
  @Field(() => String, { nullable: true, description: 'Only of workflows with this tag.' })
  tag?: string | null
  @Field(() => String, { nullable: true })
  label?: string | null
  @Field(() => Boolean, { nullable: true })
  enabled?: boolean | null
}

@InputType({ description: 'What is to be changed: what is left out stays; null for states, name and tag takes the condition away.' })
export class WebhookChangeInput {
  @Field(() => String, { nullable: true })
  url?: string | null
  @Field(() => [EndStateEnum], { nullable: true })
  states?: EndState[] | null
  @Field(() => String, { nullable: true })
  name?: string | null
  @Field(() => String, { nullable: true })
  tag?: string | null
  @Field(() => String, { nullable: true })
  label?: string | null
  @Field(() => Boolean, { nullable: true, description: 'true also enables what was disabled because its deliveries failed.' })
  enabled?: boolean | null
}
