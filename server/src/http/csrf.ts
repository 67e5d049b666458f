import type { FastifyRequest } from 'fastify';
import { Refusal } from '../refusal.ts';
import { sameText } from '../vault/secrets.ts';
import { csrfToken, SESSION_COOKIE, type SessionKeys } from './session.ts';

const HEADERS = ['x-csrftoken', 'x-csrf-token'] as const;
const CARRIERS = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'];

/** @returns the media type without its parameters, '' when there is none. */
export const mediaType = (request: FastifyRequest): string => (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();

export type CsrfState = 'passed' | 'ask the body';

/**
 * The check that needs no body. A valid header passes; a wrong one is refused; without one the body may carry the token,
 * if its type can.
 * @throws Refusal CSRF_MISSING, CSRF_INVALID
 */
export function checkCsrfHeader(request: FastifyRequest, keys: SessionKeys): CsrfState {
  if (foreignOrigin(request)) throw new Refusal('CSRF_INVALID');
  const given = HEADERS.map((name) => request.headers[name]).find((value) => typeof value === 'string') as string | undefined;
  if (given !== undefined) {
    compare(given, request, keys);
    return 'passed';
  }
  const hasBody = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
  if (hasBody && CARRIERS.includes(mediaType(request))) return 'ask the body';
  throw new Refusal('CSRF_MISSING');
}

/** @throws Refusal CSRF_MISSING, CSRF_INVALID */
export function checkCsrfBody(request: FastifyRequest, body: unknown, keys: SessionKeys): void {
  const given = typeof body === 'object' && body !== null ? (body as Record<string, unknown>).csrf_token : undefined;
  if (typeof given !== 'string') throw new Refusal('CSRF_MISSING');
  compare(given, request, keys);
}

function compare(given: string, request: FastifyRequest, keys: SessionKeys): void {
  const cookie = request.cookies[SESSION_COOKIE];
  if (!cookie || !sameText(given, csrfToken(cookie, keys))) throw new Refusal('CSRF_INVALID');
}

/** Second line: a browser that says it comes from another site is refused whatever token it carries. */
function foreignOrigin(request: FastifyRequest): boolean {
  return request.headers['sec-fetch-site'] === 'cross-site';
}
