import { expect, it } from 'vitest';
import { ProgressBar } from './progress-bar.ts';

it('shows how far it is and how long it takes, on one line that it takes away again', () => {
  let text = '';
  const bar = new ProgressBar((piece) => {
    text += piece;
  }, 'validate');
  bar.show({ done: 5, wanted: 20, secondsLeft: 62.4 });
  expect(text).toContain('validate ██████░░░░░░░░░░░░░░░░░░ 5/20, 1:03');
  bar.show({ done: 20, wanted: 20, secondsLeft: 0 });
  expect(text).toContain('20/20, 0:00');
  expect(text).not.toContain('\n');
  bar.end();
  expect(text.endsWith('\r\u001B[K\u001B[?25h')).toBe(true);
});

it('writes nothing where nobody watches, or nothing was shown', () => {
  const silent = new ProgressBar(undefined, 'validate');
  silent.show({ done: 1, wanted: 2, secondsLeft: 1 });
  silent.end();
  let text = '';
  new ProgressBar((piece) => {
    text += piece;
  }, 'validate').end();
  expect(text).toBe('');
});
