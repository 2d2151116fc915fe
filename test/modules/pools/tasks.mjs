// What the threads and processes load: the same application, for its tasks.
import { tasksOf } from '../../../src/modules/index.js'
import { appModule, settings } from './app.js'

export default tasksOf(appModule(settings()))
