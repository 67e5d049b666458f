/** Languages: which one, its texts, and switching between them without a reload. */
import { LOCALES, type Locale } from '@whalefall/contract';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { boot } from '../boot';

export type Loader = (locale: Locale) => Promise<Record<string, unknown>>;
let load: Loader;

async function ensure(locale: Locale): Promise<void> {
  if (i18next.hasResourceBundle(locale, 'translation')) return;
  i18next.addResourceBundle(locale, 'translation', await load(locale));
}

export async function startI18n(loader: Loader): Promise<void> {
  load = loader;
  await i18next.use(initReactI18next).init({
    lng: boot.locale,
    fallbackLng: false,
    supportedLngs: [...LOCALES],
    resources: { [boot.locale]: { translation: await loader(boot.locale) } },
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
  });
  document.documentElement.lang = boot.locale;
}

export function locale(): Locale {
  return i18next.language === 'en' ? 'en' : 'zh-CN';
}

export async function changeLocale(next: Locale): Promise<void> {
  await ensure(next);
  await i18next.changeLanguage(next);
  document.documentElement.lang = next;
}
