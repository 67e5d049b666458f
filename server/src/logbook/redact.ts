const SECRET_KEY = /passw(or)?d|passwd|pwd|secret|token|authorization|cookie|csrf|api_?key|private_?key|credential_key|wallet|^key$/i;
const SECRET_TEXT: [RegExp, string][] = [
  [/\b(password|pwd|secret|token|passwd)(["']?\s*[:=]\s*["']?)[^\s"'&,;}]+/gi, '$1$2***'],
  [/\b(Bearer\s+)[A-Za-z0-9._~+/-]{8,}=*/g, '$1***'],
  [/(:\/\/[^\s:@/]+:)[^\s@/]+@/g, '$1***@'],
];
const DEPTH = 6;

/** Text without what looks like a secret beside its name, and without what PostgreSQL cannot store (U+0000, half characters). */
export function redactText(text: string): string {
  return storable(SECRET_TEXT.reduce((out, [pattern, by]) => out.replace(pattern, by), text));
}
const storable = (text: string): string => text.replaceAll('\u0000', '').toWellFormed();

/** A copy of what a caller gave to the log, with secrets starred by their key and cut where it is too deep or too long. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value.length > 4000 ? `${value.slice(0, 4000)}…` : value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Error) return { name: value.name, message: redactText(value.message) };
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return value;
  if (depth >= DEPTH) return '…';
  if (Array.isArray(value)) return value.slice(0, 1000).map((one) => redact(one, depth + 1));
  const out: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value)) {
    if (one === undefined) continue;
    out[storable(key)] =
      SECRET_KEY.test(key) && one !== null && typeof one !== 'boolean' && typeof one !== 'number' ? '***' : redact(one, depth + 1);
  }
  return out;
}
