/** Types of make-sample.mjs, for the tests. */
export interface SampleOptions {
  pages?: number
  seed?: number
}
export declare function makeSample(options?: SampleOptions): Buffer
export declare function sampleTexts(options?: SampleOptions): string[]
