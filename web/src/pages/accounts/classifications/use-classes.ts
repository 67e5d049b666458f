import { catalogue, type WireOf } from '@whalefall/contract';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../../api';
import { type Tone, toneOf } from '../../../ui/status';

export type AccountClass = NonNullable<WireOf<typeof catalogue.accountsClassifications.getClassifications>>['classifications'][number];
export type Rule = NonNullable<WireOf<typeof catalogue.accountsClassifications.getRule>>['rule'];
const LONG_MS = 300_000;

/** All classes, disabled ones too. */
export function useClasses() {
  return useRoute(catalogue.accountsClassifications.getClassifications, { query: { include_inactive: true } }, { staleTime: LONG_MS });
}

export type ClassLabel = (ref: { id: number; name: string }) => { id: number; name: string; tone: Tone };
/** @returns how to write a class that a reply names by id: in the reader's language and in its colour */
export function useClassLabel(): ClassLabel {
  const { i18n } = useTranslation();
  const { data } = useClasses();
  const byId = useMemo(() => new Map(data?.classifications.map((one) => [one.id, one])), [data]);
  const en = i18n.language === 'en';
  return useCallback(
    ({ id, name }) => {
      const one = byId.get(id);
      return { id, name: (en && one?.name_en) || one?.name || name, tone: toneOf(one?.color_key) };
    },
    [byId, en],
  );
}
