/** Language and theme: shown at once, remembered by cookie, and by the server for whoever is signed in. */
import type { Locale } from '@whalefall/contract';
import { useSyncExternalStore } from 'react';
import { boot, type Theme } from './boot';
import { send } from './http';
import { changeLocale } from './i18n/i18n';

const YEAR = 365 * 24 * 3600;
async function remember(name: 'locale' | 'theme', value: string): Promise<void> {
  document.cookie = `whalefall_${name}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Lax`;
  if (boot.user) await send({ method: 'PUT', path: '/auth/api/preferences', body: { [name]: value } }).catch(() => undefined);
}

let spoken: (() => void) | null = null;
/** Some of what the server says is in the reader's language: the signed-in app reads it again. */
export function onLocaleChanged(handler: () => void): void {
  spoken = handler;
}

export async function setLocale(locale: Locale): Promise<void> {
  await changeLocale(locale);
  await remember('locale', locale);
  spoken?.();
}

let theme: Theme = boot.theme;
const listeners = new Set<() => void>();
const changed = () => listeners.forEach((listener) => listener());
const system = window.matchMedia('(prefers-color-scheme: dark)');
system.addEventListener('change', changed);

export function setTheme(next: Theme): void {
  theme = next;
  document.documentElement.dataset.theme = next;
  void remember('theme', next);
  changed();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
/** The theme as chosen. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, () => theme);
}
/** The theme as drawn. */
export function useDark(): boolean {
  return useSyncExternalStore(subscribe, () => (theme === 'system' ? system.matches : theme === 'dark'));
}
