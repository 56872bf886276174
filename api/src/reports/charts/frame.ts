/*
 * What every chart of a mail has: a light ground of its own, so that it is the same in a dark reader; a scale that begins
 * at nothing; few lines. Letters are large: on a telephone the picture is shown at three quarters of its size.
 */
import { createCanvas, GlobalFonts, type SKRSContext2D } from '@napi-rs/canvas';
import { documentFonts } from '../../documents/pdf/fonts.ts';

/** In the chart's own units; pixels are more, for screens that show two for one. */
const WIDTH = 480;
const HEIGHT = 210;
const PIXELS_PER_UNIT = 2.5;
const TEXT_SIZE = 14;
const FAMILY = 'Report';
/** Room for the words at the scale. */
const LEFT = 66;
const RIGHT = 12;
const TOP = 14;
const BOTTOM = 30;
const MOST_STEPS = 4;
const GAP = 8;

export const COLOURS = {
  ground: '#ffffff',
  text: '#475467',
  line: '#e4e7ec',
  main: '#2563a8',
  mainSoft: '#d6e4f3',
  bad: '#c0362c',
  limit: '#b25e09',
} as const;

/** Where things are drawn, in the chart's units. */
export interface Plot {
  readonly context: SKRSContext2D;
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  /** The height at which a value stands. */
  readonly y: (value: number) => number;
  /** Writes below the plot, centred. */
  readonly below: (text: string, x: number) => void;
}

export interface ChartScale {
  /** The largest value that is shown. */
  readonly most: number;
  readonly whole: boolean;
  readonly label: (value: number) => string;
}

/**
 * Draws a chart.
 *
 * @param draw what stands in it
 * @returns a PNG
 */
export function chart(scale: ChartScale, draw: (plot: Plot) => void): Buffer {
  registerFont();
  const canvas = createCanvas(WIDTH * PIXELS_PER_UNIT, HEIGHT * PIXELS_PER_UNIT);
  const context = canvas.getContext('2d');
  context.scale(PIXELS_PER_UNIT, PIXELS_PER_UNIT);
  context.fillStyle = COLOURS.ground;
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.font = `${TEXT_SIZE}px ${FAMILY}`;
  const step = niceStep(scale.most, scale.whole);
  const steps = Math.max(1, Math.ceil(scale.most / step));
  const bottom = HEIGHT - BOTTOM;
  const right = WIDTH - RIGHT;
  const y = (value: number): number => bottom - (value / (step * steps)) * (bottom - TOP);
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (let n = 0; n <= steps; n += 1) {
    context.fillStyle = COLOURS.line;
    context.fillRect(LEFT, y(n * step), right - LEFT, 1);
    context.fillStyle = COLOURS.text;
    context.fillText(scale.label(n * step), LEFT - GAP, y(n * step));
  }
  const below = (text: string, x: number): void => {
    context.textBaseline = 'top';
    context.textAlign = 'center';
    context.fillStyle = COLOURS.text;
    context.fillText(text, x, bottom + GAP);
  };
  draw({ context, left: LEFT, right, bottom, y, below });
  return canvas.toBuffer('image/png');
}

/** 1, 2 or 5 of a power of ten, so that there are at most {@link MOST_STEPS}. */
function niceStep(most: number, whole: boolean): number {
  const rough = Math.max(most, Number.MIN_VALUE) / MOST_STEPS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  return whole ? Math.max(1, step) : step;
}

function registerFont(): void {
  if (!GlobalFonts.has(FAMILY)) {
    GlobalFonts.register(documentFonts().regular.file, FAMILY);
  }
}
