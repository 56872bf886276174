import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../testing/engine.ts';
import { resourceLimits } from './limits.ts';

const HOST = { cores: 8, memory: 16e9 };

async function system(files: Readonly<Record<string, string>>): Promise<string> {
  const root = temporaryDirectory();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

it.each([
  ['no control groups at all', {}, HOST],
  [
    'version 2, in a container',
    {
      'proc/self/cgroup': '0::/\n',
      'sys/fs/cgroup/cpu.max': '150000 100000\n',
      'sys/fs/cgroup/memory.max': '536870912\n',
    },
    { cores: 1.5, memory: 536_870_912 },
  ],
  [
    'version 2, without limits',
    {
      'proc/self/cgroup': '0::/\n',
      'sys/fs/cgroup/cpu.max': 'max 100000\n',
      'sys/fs/cgroup/memory.max': 'max\n',
    },
    HOST,
  ],
  [
    'version 2, a service whose slice has the tighter memory limit',
    {
      'proc/self/cgroup': '0::/shop.slice/shop.service\n',
      'sys/fs/cgroup/shop.slice/memory.max': '1000000000\n',
      'sys/fs/cgroup/shop.slice/shop.service/memory.max': '2000000000\n',
      'sys/fs/cgroup/shop.slice/shop.service/cpu.max': '300000 100000\n',
    },
    { cores: 3, memory: 1e9 },
  ],
  [
    'version 1, in a container whose group is not mounted under its own name',
    {
      'proc/self/cgroup': '5:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '268435456\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '50000\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
    },
    { cores: 0.5, memory: 268_435_456 },
  ],
  [
    'version 1, without limits',
    {
      'proc/self/cgroup': '5:memory:/\n4:cpu,cpuacct:/\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
    },
    HOST,
  ],
])('reads what a process may use: %s', async (_what, files, expected) => {
  expect(resourceLimits(HOST, await system(files))).toEqual(expected);
});

it('finds limits on this machine that are none, or less than it has', () => {
  const { cores, memory } = resourceLimits();
  expect(cores).toBeGreaterThan(0);
  expect(memory).toBeGreaterThan(1e6);
});
