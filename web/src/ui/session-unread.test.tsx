import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { SyncRecord } from '../live';
import { draw } from '../testing/draw';
import { SessionUnread } from './session-unread';

const record = (id: number, more: Partial<SyncRecord>) =>
  ({ id, instance_id: id, instance_name: `pg-${id}`, status: 'completed', sync_details: null, ...more }) as SyncRecord;
const shop = { scope: 'database', database: 'shop', code: 'PRIVILEGE_MISSING', needs: 'GRANT CONNECT ON DATABASE "shop" TO "monitor"' };

describe('what a sync could not read', () => {
  it('is told for each instance with the statement that would help; sizes too; of failed records their failure is told instead', async () => {
    await draw(() => (
      <SessionUnread
        records={[
          record(1, { sync_details: { unread: [shop] } }),
          record(2, { sync_details: { unread: [{ ...shop, database: 'bi', needs: null }] } }),
          record(5, { sync_details: { unread: 3, matched: 40 } }),
          record(3, { sync_details: { unmeasured: [{ name: 'attic', code: 'PRIVILEGE_MISSING' }] } }),
          record(4, { status: 'failed', sync_details: { unread: [{ ...shop, database: 'not told' }] } }),
          record(5, {}),
        ]}
      />
    ));
    expect((await screen.findByRole('heading')).textContent).toContain('(3)');
    expect(screen.getAllByRole('link').map((link) => link.textContent)).toEqual(['pg-1', 'pg-2', 'pg-3']);
    expect(screen.getByText(shop.needs)).toBeTruthy();
    for (const name of ['shop', 'bi', 'attic']) expect(screen.getByText(name)).toBeTruthy();
    expect(screen.queryByText('not told')).toBeNull();
  });
  it('is nothing where everything was read', async () => {
    await draw(() => (
      <div data-testid="around">
        <SessionUnread records={[record(1, { sync_details: { unread: [] } })]} />
      </div>
    ));
    expect((await screen.findByTestId('around')).textContent).toBe('');
  });
});
