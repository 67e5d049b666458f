/** Whether a statement failed because a unique key already holds the value; with `constraint`, only that key. */
export function uniqueViolation(error: unknown, constraint?: string): boolean {
  const given = error as { code?: string; constraint?: string } | null;
  return given?.code === '23505' && (constraint === undefined || given.constraint === constraint);
}

/** Whether a statement failed because a row it names is not there (or still used). */
export function foreignKeyViolation(error: unknown): boolean {
  return (error as { code?: string } | null)?.code === '23503' || (error as { code?: string } | null)?.code === '23001';
}
