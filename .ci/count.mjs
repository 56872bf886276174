// Prints "PASSED FAILED" for a vitest JSON report, then the name of each test that failed or was skipped: CI has
// everything that tests need, so skipped ones count as failed.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [, , path, status] = process.argv;
const report = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
const passed = report?.numPassedTests ?? 0;
const skipped = report === undefined ? 0 : report.numPendingTests + report.numTodoTests;
const failed = (report?.numFailedTests ?? 0) + skipped;
const brokenRun = failed === 0 && (status !== '0' || passed === 0);
const lines = [`${passed} ${failed + (brokenRun ? 1 : 0)}`];
for (const file of report?.testResults ?? []) {
  const name = relative(process.cwd(), file.name);
  if (file.status === 'failed' && file.message !== '') {
    lines.push(`${name}: ${file.message.split('\n')[0]}`);
  }
  for (const test of file.assertionResults) {
    if (test.status !== 'passed') {
      lines.push(`${name}: ${test.fullName}: ${test.failureMessages[0]?.split('\n')[0] ?? test.status}`);
    }
  }
}
if (brokenRun) {
  lines.push(`the run ended with ${status} and ${passed} tests`);
}
process.stdout.write(`${lines.join('\n')}\n`);
