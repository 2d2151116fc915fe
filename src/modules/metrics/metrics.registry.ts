/** The registry of the module: prom-client's global one belongs to the application. */
import { Registry } from 'prom-client'

/** All metrics of Chordis in this process. An application may register its own with it: `new Counter({ …, registers: [registry] })`. */
export class MetricsRegistry extends Registry {}
