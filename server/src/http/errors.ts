import type { ErrorEnvelope, FieldErrors, Locale, MessageCode } from '@whalefall/contract';
import { inLocale } from '@whalefall/contract';
import { Refusal } from '../refusal.ts';
import { storeAway, storeFull } from '../store/errors.ts';
import { randomId } from '../vault/secrets.ts';
import { CODES, HINTS } from './codes.ts';

/** An error as it leaves: the envelope, its status, and what the log should know. */
export interface Failure {
  status: number;
  envelope: ErrorEnvelope;
  headers: Record<string, string>;
  /** The error itself, when it was none that we expected. */
  cause?: unknown;
}

export interface Asked {
  locale: Locale;
  requestId: string | null;
  userId: number | null;
  url: string;
  method: string;
  ip?: string;
  userAgent?: string;
  now: Date;
}

/** @returns the code of an error of our own store, by driver code and never by words of the message. */
export function storeCode(error: unknown): MessageCode | null {
  if (!(error instanceof Error)) return null;
  const code = (error as { code?: unknown }).code;
  if (storeAway(error)) return 'DATABASE_UNAVAILABLE';
  if (storeFull(error)) return 'DATABASE_FULL';
  if (typeof code === 'string') {
    if (code === '57014' || code === '55P03') return 'DATABASE_TIMEOUT';
    if (code === '23505' || code === '23503' || code === '23001' || code === '23P01') return 'CONSTRAINT_VIOLATION';
    if (/^[0-9A-Z]{5}$/.test(code)) return 'DATABASE_QUERY_ERROR';
  }
  return null;
}

const FASTIFY: Record<string, MessageCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  FST_REQ_FILE_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_INVALID_MULTIPART_CONTENT_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
};

/** Turns whatever was thrown into the reply of 10 §2.2. */
export function failureOf(error: unknown, asked: Asked): Failure {
  const fastifyCode = (error as { code?: string } | null)?.code ?? '';
  const code: MessageCode =
    error instanceof Refusal
      ? error.code
      : (FASTIFY[fastifyCode] ??
        storeCode(error) ??
        (fastifyCode.startsWith('FST_') && (error as { statusCode?: number }).statusCode! < 500 ? 'INVALID_REQUEST' : 'INTERNAL_ERROR'));
  const detail = error instanceof Refusal ? error.detail : {};
  const entry = CODES[code];
  const fields: FieldErrors = Object.fromEntries(
    Object.entries(detail.fields ?? {}).map(([field, faults]) => [
      field,
      faults.map((fault) => ({ code: fault.code, message: inLocale(fault, asked.locale) })),
    ]),
  );
  const extra = { ...detail.extra, ...(detail.fields ? { fields } : {}) };
  const envelope: ErrorEnvelope = {
    success: false,
    error: true,
    error_id: randomId().replaceAll('-', ''),
    category: entry.category,
    severity: entry.severity,
    message_code: code,
    message: inLocale(detail.text ?? entry, asked.locale),
    timestamp: asked.now.toISOString().replace('Z', '+00:00'),
    recoverable: entry.severity === 'low' || entry.severity === 'medium',
    suggestions: asked.locale === 'en' ? HINTS[entry.category].en : HINTS[entry.category].zh,
    context: {
      request_id: asked.requestId,
      user_id: asked.userId,
      url: withoutSecrets(asked.url),
      method: asked.method,
      meta: { ...(asked.ip ? { ip_address: asked.ip } : {}), ...(asked.userAgent ? { user_agent: asked.userAgent } : {}) },
    },
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
  return {
    status: entry.status,
    envelope,
    headers: detail.headers ?? {},
    ...(entry.status >= 500 && !(error instanceof Refusal) ? { cause: error } : {}),
  };
}

/** The URL with the values of secret-looking query keys starred. */
export function withoutSecrets(url: string): string {
  return url.replace(/([?&][^=&]*(?:pass|token|secret|key)[^=&]*=)[^&]*/gi, '$1***');
}
