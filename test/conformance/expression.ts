/** A canvas in the words of a reader: `chain(node.s(1, tag="a"), chord([…], …))`. Other forms than Celery's are shown as JSON. */
import type { CelerySignature } from '../support/celery-json.js'

export function expressionOf(canvas: unknown): string {
  if (!isSignature(canvas)) return JSON.stringify(canvas)
  return expressionWithoutOptions(canvas) + optionsText(canvas.options)
}

function expressionWithoutOptions({ task, args, kwargs, immutable }: CelerySignature): string {
  switch (task) {
    case 'celery.chain':
      return `chain(${list(kwargs.tasks)})`
    case 'celery.group':
      return `group(${list(kwargs.tasks)})`
    case 'celery.chord':
      return `chord([${list(kwargs.header)}], ${expressionOf(kwargs.body)})`
    case 'celery.map':
    case 'celery.starmap':
      return `${expressionOf(kwargs.task)}.${task.slice('celery.'.length)}(${JSON.stringify(kwargs.it)})`
  }
  const named = Object.entries(kwargs).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return `${task}.${immutable ? 'si' : 's'}(${[...args.map((arg) => JSON.stringify(arg)), ...named].join(', ')})`
}

const list = (canvases: unknown): string => (canvases as unknown[]).map(expressionOf).join(', ')

function optionsText({ link, link_error, ...others }: CelerySignature['options'] = {}): string {
  const plain = Object.keys(others).length === 0 ? '' : `.set(${JSON.stringify(others)})`
  const links = (link ?? []).map((callback) => `.link(${expressionOf(callback)})`)
  const errors = (link_error ?? []).map((callback) => `.on_error(${expressionOf(callback)})`)
  return [plain, ...links, ...errors].join('')
}

function isSignature(value: unknown): value is CelerySignature {
  return typeof value === 'object' && value !== null && 'subtask_type' in value
}
