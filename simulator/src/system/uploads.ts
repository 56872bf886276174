import type { Parameters } from '../calibration/parameter.ts';
import type { RandomStream } from '../random/stream.ts';
import type { Incident } from '../scenario/scenario.ts';
import { SIZE_VARIATION } from '../workload/endpoints.ts';
import { BYTES_PER_KB, DESKTOP_LINK, MOBILE_LINK, SENT_BYTES } from './files.ts';
import { secondsAt } from './instant.ts';
import { systemParameter } from './parameters.ts';
import { lognormalTable, wholeAround } from './variation.ts';

/** Files of people vary more than bodies of requests. */
const FILE_SIZES = lognormalTable(2 * SIZE_VARIATION);
/** How long after the deadline of an upload burst the mobile network stays crowded, minutes: an assumption. */
const CROWDED_AFTER = 15;
const SECONDS_PER_MINUTE = 60;

/** The files that requests bring, and how long devices send them. */
export class Uploads {
  /** Bodies with files that are being sent, and their size in bytes. */
  underWay = 0;
  bytesUnderWay = 0;

  readonly #stream: RandomStream;
  readonly #filesPerRequest: number;
  readonly #crowdedLink: number;
  readonly #crowded: readonly { readonly from: number; readonly until: number }[];

  constructor(incidents: readonly Incident[], parameters: Parameters, stream: RandomStream) {
    this.#stream = stream;
    this.#filesPerRequest = systemParameter(parameters, 'system.uploads.files');
    this.#crowdedLink = systemParameter(parameters, 'system.uploads.crowded-link') * BYTES_PER_KB;
    this.#crowded = incidents.flatMap((incident) => {
      if (incident.kind !== 'upload-burst') {
        return [];
      }
      const at = secondsAt(incident.at);
      return [
        {
          from: at - incident.minutes * SECONDS_PER_MINUTE,
          until: at + CROWDED_AFTER * SECONDS_PER_MINUTE,
        },
      ];
    });
  }

  /** How many files a request brings. */
  drawFiles(): number {
    return wholeAround(this.#stream, this.#filesPerRequest);
  }

  /** The size of so many files together, bytes. */
  drawBytes(files: number): number {
    const size = FILE_SIZES[Math.floor(this.#stream.next() * FILE_SIZES.length)] ?? 1;
    return Math.round(files * SENT_BYTES * size);
  }

  /** How long a device sends, seconds. */
  sending(now: number, bytes: number, mobile: boolean): number {
    if (!mobile) {
      return bytes / DESKTOP_LINK;
    }
    const crowded = this.#crowded.some(({ from, until }) => from <= now && now < until);
    return bytes / (crowded ? this.#crowdedLink : MOBILE_LINK);
  }

  begin(bytes: number): void {
    this.underWay += 1;
    this.bytesUnderWay += bytes;
  }

  end(bytes: number): void {
    this.underWay -= 1;
    this.bytesUnderWay -= bytes;
  }
}
