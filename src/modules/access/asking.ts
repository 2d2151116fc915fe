/** The principal of a request, for handlers of every surface: `@Asking() principal: Principal`. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common'
import { ChordisError } from '../../engine/index.js'
import type { Principal } from './principal.js'

/** A request that the guard has seen. */
export interface AskingRequest {
  principal?: Principal
}

/** Who sent a request. @throws ChordisError `unauthenticated` when no guard has seen it: a door that nobody watches stays shut */
export function principalOf({ principal }: AskingRequest): Principal {
  if (principal !== undefined) return principal
  throw new ChordisError('unauthenticated', 'nobody asked who sends this request: the application lacks the AccessGuard of AccessModule')
}

/** Who asks: a {@link Principal}, in handlers of controllers and resolvers. */
export const Asking = createParamDecorator((_: unknown, context: ExecutionContext): Principal => principalOf(requestOf(context)))

/** The request of a controller or a resolver. Of a resolver's arguments (root, args, context, info) the third holds it. */
export function requestOf(context: ExecutionContext): AskingRequest {
  if (context.getType<string>() !== 'graphql') return context.switchToHttp().getRequest<AskingRequest>()
  return context.getArgByIndex<{ request: AskingRequest }>(2).request
}
