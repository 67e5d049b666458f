/** One request to our server: CSRF token, envelope, errors. Knows no route; `api.ts` adds the contract. */
import type { ErrorEnvelope, FieldErrors, SuccessEnvelope } from '@whalefall/contract';

export interface Answer<T> {
  data: T;
  message: string;
  meta: Record<string, unknown>;
  status: number;
}

/** A refusal of the server, or none at all (`status` 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: FieldErrors;
  readonly errorId: string | null;
  readonly extra: Record<string, unknown>;
  readonly suggestions: string[];
  readonly retryAfter: number | null;
  constructor(status: number, body: Partial<ErrorEnvelope> | null, retryAfter: number | null = null) {
    super(body?.message ?? '');
    this.name = 'ApiError';
    this.status = status;
    this.code = body?.message_code ?? (status === 0 ? 'OFFLINE' : 'INTERNAL_ERROR');
    this.fields = body?.extra?.fields ?? {};
    this.errorId = body?.error_id ?? null;
    this.extra = body?.extra ?? {};
    this.suggestions = body?.suggestions ?? [];
    this.retryAfter = retryAfter;
  }
}

export interface Sending {
  method: string;
  path: string;
  body?: unknown;
  signal?: AbortSignal;
}

const meta = () => document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]');
let token: string | null = null;
export function csrfToken(): string {
  return token ?? meta()?.content ?? '';
}

async function refreshCsrf(): Promise<void> {
  const response = await fetch('/auth/api/csrf-token', { credentials: 'same-origin', headers: { Accept: 'application/json' } });
  const body = (await response.json()) as SuccessEnvelope<{ csrf_token: string }>;
  token = body.data?.csrf_token ?? null;
  if (token) meta()?.setAttribute('content', token);
}

async function once({ method, path, body, signal }: Sending): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (method !== 'GET') headers['X-CSRFToken'] = csrfToken();
  if (body !== undefined && !(body instanceof FormData)) headers['Content-Type'] = 'application/json';
  const payload = body === undefined ? undefined : body instanceof FormData ? body : JSON.stringify(body);
  try {
    return await fetch(path, { method, headers, body: payload, signal, credentials: 'same-origin' });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError(0, null);
  }
}

async function read<T>(response: Response): Promise<Answer<T>> {
  const body = (await response.json().catch(() => null)) as SuccessEnvelope<T> | ErrorEnvelope | null;
  if (!response.ok || !body || body.success !== true) {
    const seconds = Number(response.headers.get('Retry-After'));
    throw new ApiError(response.status, body as ErrorEnvelope | null, seconds > 0 ? seconds : null);
  }
  return { data: body.data as T, message: body.message, meta: body.meta ?? {}, status: response.status };
}

const SIGNED_OUT = new Set(['AUTHENTICATION_REQUIRED', 'TOKEN_EXPIRED', 'TOKEN_INVALID']);
let signInAgain: (() => Promise<void>) | null = null;
/** The signed-in app says here how it signs in again in place. */
export function onSignedOut(handler: (() => Promise<void>) | null): void {
  signInAgain = handler;
}

/** @throws {ApiError} for every answer that is not a success. */
export async function send<T>(request: Sending): Promise<Answer<T>> {
  let renewed = false;
  let signedIn = false;
  for (;;) {
    try {
      return await read<T>(await once(request));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if ((error.code === 'CSRF_INVALID' || error.code === 'CSRF_MISSING') && !renewed) {
        renewed = true;
        await refreshCsrf();
      } else if (error.status === 401 && SIGNED_OUT.has(error.code) && signInAgain && !signedIn) {
        signedIn = true;
        await signInAgain();
      } else throw error;
    }
  }
}
