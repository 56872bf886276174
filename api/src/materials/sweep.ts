import type { Swept } from '../files/sweep.ts';
import { dailyPayload } from '../jobs/schedule.ts';
import { MATERIALS_FOLDER } from './material.ts';

/** Files that no material stands for, looked for when the tenant's learners sleep. */
export const SWEPT_MATERIALS: Swept = {
  schedule: { task: { name: 'sweep-material-files', payload: dailyPayload }, localTime: '03:00' },
  folder: MATERIALS_FOLDER,
  table: 'materials',
};
