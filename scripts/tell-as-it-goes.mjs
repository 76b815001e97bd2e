// A reporter for vitest: says why a test failed, and what a test says aloud, at that moment and not when all is over. A long
// run that is stopped has then told everything it knew.
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { told } from './told.mjs';

export default class TellAsItGoes {
  #root = process.cwd();

  onUserConsoleLog({ type, content }) {
    if (type === 'stdout') tell(content);
    else process.stderr.write(content);
  }

  onTestCaseResult(test) {
    const { state, errors } = test.result();
    if (state === 'failed') this.#tellFailure(`${this.#place(test.module)} > ${test.fullName}`, errors);
  }

  onTestSuiteResult(suite) {
    this.#tellFailure(`${this.#place(suite.module)} > ${suite.fullName}`, suite.errors());
  }

  onTestModuleEnd(module) {
    this.#tellFailure(this.#place(module), module.errors());
  }

  onTestRunEnd(_modules, errors) {
    this.#tellFailure('outside any test', errors);
  }

  #place(module) {
    return relative(this.#root, module.moduleId);
  }

  #tellFailure(where, errors = []) {
    for (const error of errors) {
      // The way through the libraries says nothing; ours does.
      const way = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line) && !line.includes('node_modules')); // prettier-ignore
      tell(
        [`✗ ${where}`, error.message ?? String(error), error.diff ?? '', ...way].filter(Boolean).join('\n'),
      );
    }
  }
}

/** Longer than this, an error is an object with everything in it. */
const longest = 8_000;

function tell(text) {
  const lines = stripVTControlCharacters(text).slice(0, longest).trimEnd().split('\n');
  process.stdout.write(lines.map((line) => `${told}${line}\n`).join(''));
}
