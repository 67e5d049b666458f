/** What the server wrote into the page: who is signed in, which language and theme, a form that was refused. */
import type { FieldErrors, Locale, Permission, Role } from '@whalefall/contract';

export type Theme = 'light' | 'dark' | 'system';
export interface User {
  id: number;
  username: string;
  role: Role;
  permissions: Permission[];
  must_change_password: boolean;
}
export interface PageError {
  status: number;
  message_code?: string;
  message?: string;
  error_id?: string;
  permission?: string;
}
export interface Boot {
  user: User | null;
  locale: Locale;
  theme: Theme;
  app: { name: string; version: string; demo: boolean; time_zone: string; today: string };
  error: PageError | null;
}
export interface FormState {
  values: Record<string, unknown>;
  fields: FieldErrors;
  message: string;
  error_id?: string;
  message_code?: string;
}

function json<T>(id: string): T | null {
  try {
    return JSON.parse(document.getElementById(id)?.textContent ?? 'null') as T | null;
  } catch {
    return null; // the placeholder itself: a page that no server filled
  }
}

const fallback: Boot = {
  user: null,
  locale: 'zh-CN',
  theme: 'system',
  app: { name: '鲸落', version: '', demo: false, time_zone: 'Asia/Shanghai', today: '' },
  error: null,
};

export const boot: Boot = json<Boot>('boot') ?? fallback;
export const formState: FormState | null = json<FormState>('form-state');
