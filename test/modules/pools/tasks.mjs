// What the threads and processes load: the same application, for its tasks.
import { tasksOf } from '../../../src/modules/index.js'
import { AppModule, settings } from './app.js'

export default tasksOf(AppModule.make(settings(), []))
