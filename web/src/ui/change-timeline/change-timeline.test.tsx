import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { draw } from '../../testing/draw';
import { byObject, type Change, ChangeTimeline } from './change-timeline';

const change: Change = {
  id: 1,
  change_type: 'modify_privilege',
  change_time: '2026-03-01 10:00:00',
  change_time_iso: '2026-03-01T02:00:00.000+00:00',
  status: 'success',
  message: '',
  session_id: 'abc',
  privilege_diff: [
    { field: 'database_privileges', label: '数据库权限', object: '数据库权限:shop', action: 'GRANT', permissions: ['INSERT', 'UPDATE'] },
    { field: 'database_privileges', label: '数据库权限', object: '数据库权限:shop', action: 'REVOKE', permissions: ['DROP'] },
    { field: 'global_privileges', label: '全局权限', object: '全局权限', action: 'REVOKE', permissions: ['<img src=x onerror=alert(1)>'] },
  ],
  other_diff: [{ field: 'is_locked', label: '锁定状态', before: '否', after: '', description: '' }],
};

describe('a change', () => {
  it('is told object by object, without the label twice', () => {
    expect(byObject(change.privilege_diff)).toEqual([
      { label: '数据库权限', object: 'shop', granted: ['INSERT', 'UPDATE'], revoked: ['DROP'], altered: [] },
      { label: '全局权限', object: '', granted: [], revoked: ['<img src=x onerror=alert(1)>'], altered: [] },
    ]);
  });
  it('shows granted, revoked, other values and the session; names are only text', async () => {
    await draw(() => <ChangeTimeline changes={[change]} />);
    expect(await screen.findByText('授予 2')).toBeTruthy();
    expect(screen.getByText('撤销 2')).toBeTruthy();
    expect(screen.getByText('INSERT').closest('.granted')).toBeTruthy();
    expect(screen.getByText('DROP').closest('.revoked')).toBeTruthy();
    expect(screen.getByText('<img src=x onerror=alert(1)>')).toBeTruthy();
    expect(document.querySelector('img')).toBeNull();
    expect(screen.getByText('否').tagName).toBe('DEL');
    expect(screen.getByRole('link').getAttribute('href')).toBe('/history/sessions/?session=abc');
  });
});
