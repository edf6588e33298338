/** Something that was asked for is not done. Whoever asked is told why, in their language. */
export class Refusal extends Error {
  /**
   * @param {import("./words.js").RefusalCode} code
   * @param {number} status
   * @param {Readonly<Record<string, string | number>>} [values] for the sentence
   */
  constructor(code, status, values = {}) {
    super(code);
    this.code = code;
    this.status = status;
    this.values = values;
  }
}
