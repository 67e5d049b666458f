/** Texts for what stands in every row of a table: one subscription at the root instead of one in each cell. */
import i18next, { type TFunction } from 'i18next';
import { createContext, type ReactNode, use, useMemo } from 'react';
import { useTranslation } from 'react-i18next';

interface Words {
  t: TFunction;
  english: boolean;
}
const Spoken = createContext<Words | null>(null);

export function WordsProvider({ children }: { children: ReactNode }) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === 'en';
  return <Spoken value={useMemo(() => ({ t, english }), [t, english])}>{children}</Spoken>;
}
/** As `useTranslation`, without an effect of its own: a cell has no state to set up. */
export function useWords(): Words {
  return use(Spoken) ?? { t: i18next.t, english: i18next.language === 'en' };
}
