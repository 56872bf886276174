import { coffeeshop } from './coffeeshop/coffeeshop.ts';
import { educounsel } from './educounsel/educounsel.ts';
import { ksp } from './ksp/ksp.ts';
import type { DocumentedSystem } from './system.ts';

/** Every documented system beside the month's. */
export const documentedSystems: readonly DocumentedSystem[] = [educounsel, coffeeshop, ksp];
