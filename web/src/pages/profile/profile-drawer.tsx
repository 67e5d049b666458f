import { catalogue } from '@whalefall/contract';
import { Button, Drawer, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { call, useRoute } from '../../api';
import type { Theme } from '../../boot';
import { useFormat } from '../../i18n/format';
import { locale } from '../../i18n/i18n';
import { setLocale, setTheme, useTheme } from '../../prefs';
import { useConfirm } from '../../ui/confirm';
import { Facts } from '../../ui/page';
import { Tokens } from './tokens';
import './profile.css';

/** The signed-in user's own settings: language, theme, tokens, signing out everywhere. */
export default function ProfileDrawer({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const theme = useTheme();
  const { data: me } = useRoute(catalogue.auth.me, {}, { enabled: open });
  const [dialog, ask] = useConfirm();
  const leaveEverywhere = () =>
    ask({
      title: t('users.profile.everywhere'),
      text: t('users.profile.everywhereText'),
      ok: t('users.profile.signOut'),
      run: async () => {
        await call(catalogue.auth.logoutPost, { body: { everywhere: true } });
        location.assign('/auth/login');
      },
    });
  return (
    <Drawer open={open} onClose={onClose} title={t('users.profile.title')} size={520}>
      <div className="profile">
        <section>
          <h2>{t('users.profile.account')}</h2>
          <Facts
            columns={1}
            items={[
              [t('users.username'), <strong key="name">{me?.username}</strong>],
              [t('users.profile.role'), me && t(`shell.roles.${me.role}`)],
              [t('users.profile.lastLogin'), format.dateTime(me?.last_login)],
              [t('users.profile.since'), format.dateTime(me?.created_at)],
            ]}
          />
          <div className="row">
            <Button href="/auth/change-password">{t('shell.changePassword')}</Button>
          </div>
        </section>
        <section>
          <h2>{t('users.profile.appearance')}</h2>
          <div className="profile-line">
            <span>{t('prefs.language')}</span>
            <Segmented
              aria-label={t('prefs.language')}
              value={locale()}
              onChange={(value) => void setLocale(value)}
              options={[
                { value: 'zh-CN' as const, label: '简体中文' },
                { value: 'en' as const, label: 'English' },
              ]}
            />
          </div>
          <div className="profile-line">
            <span>{t('prefs.theme')}</span>
            <Segmented<Theme>
              aria-label={t('prefs.theme')}
              value={theme}
              onChange={setTheme}
              options={(['system', 'light', 'dark'] as const).map((value) => ({ value, label: t(`prefs.${value}`) }))}
            />
          </div>
        </section>
        <section>
          <h2>{t('users.profile.tokens')}</h2>
          <p className="muted">{t('users.profile.tokensHint')}</p>
          {open && <Tokens />}
        </section>
        <section>
          <h2>{t('users.profile.everywhere')}</h2>
          <p className="muted">{t('users.profile.everywhereText')}</p>
          <div className="row">
            <Button danger onClick={leaveEverywhere}>
              {t('users.profile.signOut')}
            </Button>
          </div>
        </section>
      </div>
      {dialog}
    </Drawer>
  );
}
