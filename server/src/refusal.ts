import type { MessageCode } from '@whalefall/contract';

/** Why one field is refused, in both languages; the reply carries the caller's. */
export interface FieldFault {
  code: string;
  zh: string;
  en: string;
}

interface RefusalDetail {
  extra?: Record<string, unknown>;
  fields?: Record<string, FieldFault[]>;
  /** Sentence for people when the code's own does not say enough. */
  text?: { zh: string; en: string };
  headers?: Record<string, string>;
}

/** Something we will not do, with the one code that says why. http/errors.ts knows the status of each code. */
export class Refusal extends Error {
  readonly code: MessageCode;
  readonly detail: RefusalDetail;
  constructor(code: MessageCode, detail: RefusalDetail = {}) {
    super(code);
    this.name = 'Refusal';
    this.code = code;
    this.detail = detail;
  }
}

export const refuse = {
  notFound: (resource: string, id: string | number) => new Refusal('RESOURCE_NOT_FOUND', { extra: { resource, id } }),
  conflict: (code: MessageCode, extra?: Record<string, unknown>) => new Refusal(code, extra ? { extra } : {}),
  /** 409 with the field that holds the taken name. */
  nameTaken: (field: string, code: 'NAME_EXISTS' | 'USERNAME_EXISTS' = 'NAME_EXISTS') =>
    new Refusal(code, { fields: { [field]: [{ code, zh: '名称已被使用', en: 'This name is already taken' }] } }),
  /** 400 with the faults of the named fields. */
  invalid: (fields: Record<string, FieldFault | FieldFault[]>) =>
    new Refusal('VALIDATION_ERROR', {
      fields: Object.fromEntries(Object.entries(fields).map(([field, fault]) => [field, Array.isArray(fault) ? fault : [fault]])),
    }),
  forbidden: (permission: string) =>
    new Refusal(permission === 'admin' ? 'ADMIN_PERMISSION_REQUIRED' : 'PERMISSION_REQUIRED', { extra: { permission } }),
  busy: (sessionId: string) => new Refusal('SYNC_IN_PROGRESS', { extra: { session_id: sessionId } }),
};
