import { Drawer } from 'antd';
import { useTranslation } from 'react-i18next';
import { SessionProgress } from './session-progress';
import { useUrl } from './url';

/** The session named in the address (`?session=<id>`), over whatever page. */
export function SessionDrawer() {
  const { t } = useTranslation();
  const { search, set } = useUrl();
  const id = search.get('session');
  return (
    <Drawer open={id !== null} onClose={() => set({ session: null })} title={t('sessions.one')} size={760} destroyOnHidden>
      {id && <SessionProgress key={id} sessionId={id} />}
    </Drawer>
  );
}
