import { RISK_LEVELS } from '@whalefall/contract';
import { useTranslation } from 'react-i18next';
import { CountBars } from '../../../ui/count-bars';
import { RISK_TONES } from '../../../ui/status';

/** Every account once, by the highest risk of its classes. */
export function RiskBars({ stats }: { stats: { risk_levels: Record<string, number>; unclassified_count: number } }) {
  const { t } = useTranslation();
  return (
    <CountBars
      rows={[
        ...[...RISK_LEVELS].reverse().map((level) => ({
          key: level as string,
          label: t(`ui.risk.${level}`),
          count: stats.risk_levels[level] ?? 0,
          href: `/account/?risk=${level}`,
          tone: RISK_TONES[level],
        })),
        {
          key: 'none',
          label: t('statistics.unclassified'),
          count: stats.unclassified_count,
          href: '/account/?risk=none',
          tone: 'quiet' as const,
        },
      ]}
    />
  );
}
