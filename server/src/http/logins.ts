import { may, type User } from './context.ts';

/**
 * Sync details and facts for somebody: every `needs` in them is a statement that names the login we read with, which only
 * those who may change instances are shown (00-overview §2).
 */
export const hidingLogins = <T>(user: User | null, value: T): T => (may(user, 'update') ? value : (withoutNeeds(value) as T));

function withoutNeeds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNeeds);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, key === 'needs' ? null : withoutNeeds(inner)]));
}
