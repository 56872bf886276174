/** What the engine, or the server in front of it, refuses a statement with. */
export class Exception extends Error {
  override readonly name = 'Exception';
  /** ClickHouse's own number for the kind of failure. */
  readonly code: number;

  /** @param message as ClickHouse words it: `Code: 62. DB::Exception: … (SYNTAX_ERROR)` */
  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Codes and names of the exceptions that the server itself throws. */
const CODES = {
  NOT_IMPLEMENTED: 48,
  READONLY: 164,
  NETWORK_ERROR: 210,
  MEMORY_LIMIT_EXCEEDED: 241,
  TABLE_IS_READ_ONLY: 242,
  TOO_MANY_PARTS: 252,
  ZLIB_INFLATE_FAILED: 354,
  AUTHENTICATION_FAILED: 516,
} as const;

type ExceptionName = keyof typeof CODES;

/** What a fault may be answered with. */
export const COMMANDED = [
  'MEMORY_LIMIT_EXCEEDED',
  'NETWORK_ERROR',
  'READONLY',
  'TABLE_IS_READ_ONLY',
  'TOO_MANY_PARTS',
] as const;

const REASONS: Readonly<Record<(typeof COMMANDED)[number], string>> = {
  MEMORY_LIMIT_EXCEEDED: 'Memory limit (total) exceeded',
  NETWORK_ERROR: 'I/O error: Broken pipe',
  READONLY: 'Cannot execute query in readonly mode',
  TABLE_IS_READ_ONLY: 'Table is in readonly mode',
  TOO_MANY_PARTS: 'Too many parts. Merges are processing significantly slower than inserts',
};

/** The statuses of the codes that the server's `exceptionCodeToHTTPStatus` names; all others are 500. */
const CODES_BY_STATUS: Readonly<Record<number, readonly number[]>> = {
  400: [
    6, 8, 15, 25, 26, 27, 36, 37, 38, 41, 44, 53, 62, 72, 117, 123, 167, 168, 223, 321, 376, 427, 441, 675,
    676,
  ],
  401: [194],
  403: [192, 193, 497, 512, 516],
  404: [46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 511],
  408: [159],
  411: [381],
  413: [229],
  415: [779],
  501: [48],
  503: [76, 209, 439],
};
const STATUSES = new Map(
  Object.entries(CODES_BY_STATUS).flatMap(([status, codes]) => codes.map((code) => [code, Number(status)])),
);
const INTERNAL_SERVER_ERROR = 500;
/** For what has no code of ClickHouse's: its STD_EXCEPTION. */
const NO_CODE = 1001;

/** An exception in ClickHouse's words. */
export function exception(name: ExceptionName, reason: string): Exception {
  return new Exception(CODES[name], `Code: ${CODES[name]}. DB::Exception: ${reason}. (${name})`);
}

/** The exception of a fault. */
export function onCommand(name: (typeof COMMANDED)[number]): Exception {
  return exception(name, REASONS[name]);
}

/** What the engine threw, with its code. */
export function engineException(error: unknown): Exception {
  const message = error instanceof Error ? error.message : String(error);
  return new Exception(Number(/^Code: (\d+)\./.exec(message)?.[1] ?? NO_CODE), message, { cause: error });
}

/** The HTTP status that the server answers an exception with. */
export function statusOf({ code }: Exception): number {
  return STATUSES.get(code) ?? INTERNAL_SERVER_ERROR;
}
