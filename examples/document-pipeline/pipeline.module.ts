/**
 * The module that an application imports to have the document pipeline's tasks. `ChordisModule` finds them by their `@Task()`.
 */
import { join } from 'node:path'
import { type DynamicModule, Module } from '@nestjs/common'
import { DocumentTasks, REPORTS_FOLDER } from './pipeline.tasks.js'

export interface DocumentPipelineOptions {
  /** Where reports are written. Default: `.chordis/reports` in the working directory. */
  reports?: string
}

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: this is how Nest writes a module that takes options
export class DocumentPipelineModule {
  static forRoot(options: DocumentPipelineOptions = {}): DynamicModule {
    const reports = options.reports ?? join(process.cwd(), '.chordis', 'reports')
    return { module: DocumentPipelineModule, providers: [DocumentTasks, { provide: REPORTS_FOLDER, useValue: reports }] }
  }
}
