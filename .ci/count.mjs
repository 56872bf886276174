// Prints "PASSED FAILED" for a vitest JSON report; skipped tests count as failed, for CI has everything they need.
import { existsSync, readFileSync } from 'node:fs';

const [, , path, status] = process.argv;
const report = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
const passed = report?.numPassedTests ?? 0;
const skipped = report === undefined ? 0 : report.numPendingTests + report.numTodoTests;
const failed = (report?.numFailedTests ?? 0) + skipped;
const brokenRun = failed === 0 && (status !== '0' || passed === 0);
process.stdout.write(`${passed} ${failed + (brokenRun ? 1 : 0)}\n`);
