/** Whether a statement failed because a unique key already holds the value; with `constraint`, only that key. */
export function uniqueViolation(error: unknown, constraint?: string): boolean {
  const given = error as { code?: string; constraint?: string } | null;
  return given?.code === '23505' && (constraint === undefined || given.constraint === constraint);
}

/** Whether a statement failed because a row it names is not there (or still used). */
export function foreignKeyViolation(error: unknown): boolean {
  return (error as { code?: string } | null)?.code === '23503' || (error as { code?: string } | null)?.code === '23001';
}

const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  '57P01',
  '57P02',
  '57P03',
  '08000',
  '08001',
  '08003',
  '08006',
  '53300',
  // The server is there but lets nobody in: shut for maintenance, dropped, or our login was changed.
  '55000',
  '3D000',
  '28000',
  '28P01',
]);
/** pg reports these without a code. */
const AWAY_TEXT =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after calling end)/;

/** Whether our own database was lost: what was being done may be done again when it is back. Not to be asked of watched servers' errors. */
export function storeAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return (typeof code === 'string' && AWAY.has(code)) || AWAY_TEXT.test(error.message);
}

/** Whether our own database has no room left on its disk. */
export const storeFull = (error: unknown): boolean => ['53100', 'ENOSPC'].includes((error as { code?: string } | null)?.code ?? '');

/** Whether a table was dropped while a statement looked at it: not there any more, or its entry in the catalog. */
export const tableGone = (error: unknown): boolean => ['42P01', 'XX000'].includes((error as { code?: string } | null)?.code ?? '');
