/** A reader of Celery's signature JSON for the evaluator: shares nothing with the engine's, so that one checks the other. */
import type { Canvas, CanvasOptions, Json } from '../../src/engine/index.js'

/** A signature as Celery writes it. Compounds keep their parts in `kwargs`. */
export interface CelerySignature {
  task: string
  args: Json[]
  kwargs: { [name: string]: unknown }
  options: { link?: CelerySignature[]; link_error?: CelerySignature[]; countdown?: number }
  immutable: boolean
}

function optionsOf({ link, link_error, countdown }: CelerySignature['options']): CanvasOptions {
  return {
    ...(link && { link: link.map(fromCelery) }),
    ...(link_error && { linkError: link_error.map(fromCelery) }),
    ...(countdown !== undefined && { countdownMs: countdown * 1000 }),
  }
}

/** The canvas that `sig` stands for. */
export function fromCelery(sig: CelerySignature): Canvas {
  const { task, args, kwargs, immutable } = sig
  const options = optionsOf(sig.options)
  const list = (name: string) => (kwargs[name] as CelerySignature[]).map(fromCelery)
  if (task === 'celery.chain') return { kind: 'chain', steps: list('tasks'), options }
  if (task === 'celery.group') return { kind: 'group', members: list('tasks'), options }
  if (task === 'celery.chord') return { kind: 'chord', header: list('header'), body: fromCelery(kwargs.body as CelerySignature), options }
  if (task === 'celery.map' || task === 'celery.starmap') {
    const inner = fromCelery(kwargs.task as CelerySignature)
    return { ...inner, args: [kwargs.it as Json], immutable: true, each: task.slice('celery.'.length), options } as Canvas
  }
  return { kind: 'task', task, args, kwargs: kwargs as { [name: string]: Json }, options, immutable }
}
