import { z } from 'zod';

/** Every `message_code` the product uses; a test fails on one that is used but not listed. */
export const MESSAGE_CODES = [
  'INTERNAL_ERROR',
  'VALIDATION_ERROR',
  'INVALID_REQUEST',
  'RESOURCE_NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'UNSUPPORTED_MEDIA_TYPE',
  'PAYLOAD_TOO_LARGE',
  'AUTHENTICATION_REQUIRED',
  'INVALID_CREDENTIALS',
  'TOKEN_EXPIRED',
  'TOKEN_INVALID',
  'ACCOUNT_DISABLED',
  'ACCOUNT_LOCKED',
  'RATE_LIMIT_EXCEEDED',
  'PASSWORD_CHANGE_REQUIRED',
  'PERMISSION_REQUIRED',
  'ADMIN_PERMISSION_REQUIRED',
  'PERMISSION_DENIED',
  'CSRF_MISSING',
  'CSRF_INVALID',
  'INVALID_OLD_PASSWORD',
  'PASSWORD_MISMATCH',
  'PASSWORD_DUPLICATED',
  'PASSWORD_INVALID',
  'USERNAME_EXISTS',
  'LAST_ADMIN_REQUIRED',
  'SELF_DELETE',
  'DATABASE_UNAVAILABLE',
  'DATABASE_QUERY_ERROR',
  'DATABASE_TIMEOUT',
  'DATABASE_FULL',
  'CONSTRAINT_VIOLATION',
  'NAME_EXISTS',
  'EXPRESSION_DUPLICATED',
  'TAG_IN_USE',
  'CLASSIFICATION_IN_USE',
  'SYSTEM_CLASSIFICATION',
  'CREDENTIAL_IN_USE',
  'INSTANCE_DISABLED',
  'SYNC_IN_PROGRESS',
  'SYNC_FAILED',
  'SYNC_TIMEOUT',
  'SESSION_ENDED',
  'SERVICE_UNHEALTHY',
  'NO_ACTIVE_INSTANCES',
] as const;
export type MessageCode = (typeof MESSAGE_CODES)[number];

export const CATEGORIES = [
  'validation',
  'business',
  'authentication',
  'authorization',
  'security',
  'database',
  'external',
  'network',
  'system',
  'unknown',
] as const;
export type Category = (typeof CATEGORIES)[number];
export type Severity = 'low' | 'medium' | 'high' | 'critical';

/** One fault of one field: a stable code and a text in the caller's language. */
export interface FieldError {
  code: string;
  message: string;
}
export type FieldErrors = Record<string, FieldError[]>;

export interface SuccessEnvelope<T> {
  success: true;
  error: false;
  message: string;
  timestamp: string;
  data?: T;
  meta?: Record<string, unknown>;
}

export interface ErrorEnvelope {
  success: false;
  error: true;
  error_id: string;
  category: Category;
  severity: Severity;
  message_code: MessageCode;
  message: string;
  timestamp: string;
  recoverable: boolean;
  suggestions: string[];
  context: {
    request_id: string | null;
    user_id: number | null;
    url: string;
    method: string;
    meta: { ip_address?: string; user_agent?: string };
  };
  extra?: Record<string, unknown> & { fields?: FieldErrors };
}

export const errorEnvelope = z.object({
  success: z.literal(false),
  error: z.literal(true),
  error_id: z.string(),
  category: z.enum(CATEGORIES),
  severity: z.enum(['low', 'medium', 'high', 'critical']),
  message_code: z.enum(MESSAGE_CODES),
  message: z.string(),
  timestamp: z.string(),
  recoverable: z.boolean(),
  suggestions: z.array(z.string()),
  context: z.object({
    request_id: z.string().nullable(),
    user_id: z.number().int().nullable(),
    url: z.string(),
    method: z.string(),
    meta: z.object({ ip_address: z.string().optional(), user_agent: z.string().optional() }),
  }),
  extra: z.record(z.string(), z.unknown()).optional(),
});
