/** Seeds of the truth tests: three that are always the same, one by chance, more with TRUTH_SEEDS (`npm run verify`). */
export const QUESTIONS_PER_SEED = 5_000;

/** A seed by chance is printed, so that TRUTH_SEED can repeat it. */
export function seeds(): number[] {
  const chosen = process.env['TRUTH_SEED'];
  if (chosen) return [Number(chosen)];
  const fixed = Array.from({ length: Number(process.env['TRUTH_SEEDS'] ?? 3) }, (_, i) => i + 1);
  return [...fixed, 1_000 + Math.floor(Math.random() * 1_000_000)];
}

/** What we say of one question: at once, after SET ROLE, or not at all. */
export type Verdict = 'now' | 'after SET ROLE' | 'no';

export const verdictOf = (entry: { set_role?: true; denied_by?: unknown } | null): Verdict =>
  entry === null || entry.denied_by !== undefined ? 'no' : entry.set_role ? 'after SET ROLE' : 'now';
