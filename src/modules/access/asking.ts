/** The principal of a request, for handlers of every surface: `@Asking() principal: Principal`. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common'
import { localPrincipal, type Principal } from './principal.js'

/** A request that the guard has seen. */
export interface AskingRequest {
  principal?: Principal
}

/** Who sent a request. */
export const principalOf = (request: AskingRequest): Principal => request.principal ?? localPrincipal()

/** Who asks: a {@link Principal}, in handlers of controllers and resolvers. */
export const Asking = createParamDecorator((_: unknown, context: ExecutionContext): Principal => principalOf(requestOf(context)))

/** The request of a controller or a resolver. Of a resolver's arguments (root, args, context, info) the third holds it. */
export function requestOf(context: ExecutionContext): AskingRequest {
  if (context.getType<string>() !== 'graphql') return context.switchToHttp().getRequest<AskingRequest>()
  return context.getArgByIndex<{ request: AskingRequest }>(2).request
}
