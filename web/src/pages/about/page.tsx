import { useTranslation } from 'react-i18next';
import { boot } from '../../boot';
import { LightTitle } from '../../layout/light-frame';
import { Mark } from '../../ui/brand';

const QUESTIONS = [1, 2, 3, 4] as const;
const ENGINES = ['PostgreSQL', 'MySQL / MariaDB', 'SQL Server', 'Oracle'];

export default function About() {
  const { t } = useTranslation();
  return (
    <article className="light-card wide about">
      <LightTitle>{t('about.title')}</LightTitle>
      <div className="about-head">
        <Mark size={52} />
        <div>
          <h1>{t('brand.name')}</h1>
          <p className="muted">{t('about.version', { version: boot.app.version })}</p>
        </div>
      </div>
      {boot.app.demo && <p className="light-alert note">{t('about.demo')}</p>}
      <p>{t('about.lead')}</p>
      <h2>{t('about.what')}</h2>
      <dl>{QUESTIONS.map((n) => [<dt key={`q${n}`}>{t(`about.q${n}`)}</dt>, <dd key={`a${n}`}>{t(`about.a${n}`)}</dd>])}</dl>
      <h2>{t('about.engines')}</h2>
      <p>{ENGINES.join(' · ')}</p>
      <h2>{t('about.timeZone')}</h2>
      <p>
        <code>{boot.app.time_zone}</code> <span className="muted">{t('about.timeZoneHint')}</span>
      </p>
      <h2>{t('about.licence')}</h2>
      <p>{t('about.licenceText')}</p>
      <p className="muted">{t('about.third')}</p>
    </article>
  );
}
