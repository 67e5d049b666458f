import { catalogue, type WireOf } from '@whalefall/contract';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { useRoute } from '../../api';
import { answer, type Asked, refusal, stubFetch } from '../../testing/stub-fetch';
import { draw } from '../../testing/draw';
import { Empty } from '../states';
import { ListPage, type Selection, useSelection } from './list-page';
import { readQuery, useList } from './list-state';
import { pageNumbers } from './pager';
import type { Column } from './table';

const LIST = catalogue.users.listUsers;
type Reply = NonNullable<WireOf<typeof LIST>>;
const user = (id: number): Reply['items'][number] => ({
  id,
  username: `user${id}`,
  role: 'user',
  role_display: '',
  created_at: '',
  created_at_display: '',
  created_at_iso: '2026-01-01T00:00:00.000+00:00',
  last_login: null,
  is_active: true,
  must_change_password: false,
  locked_until: null,
  can_delete: true,
});
const SLOW = { timeout: 10_000 };
const drawn = vi.fn<(row: Reply['items'][number]) => string>((row) => row.username);
const COLUMNS: Column<Reply['items'][number]>[] = [
  { key: 'name', title: 'Name', sort: 'username', fixed: true, render: drawn },
  { key: 'id', title: 'Number', sort: 'id', render: (row) => row.id },
];
const page = ({ query }: Asked): Reply => {
  const total = query.get('search') === 'nobody' ? 0 : 45;
  const now = Number(query.get('page') ?? 1);
  return { items: total ? [user(now)] : [], total, page: now, pages: Math.ceil(total / 20), limit: 20 };
};

function Users({ selection }: { selection?: Selection<Reply['items'][number]> }) {
  const list = useList(LIST, { limit: 20 });
  const result = useRoute(LIST, { query: list.query }, { keep: true });
  return (
    <ListPage<Reply['items'][number], typeof LIST>
      id="test"
      label="users"
      list={list}
      result={result}
      rowKey={(row) => row.id}
      searchLabel="find"
      columns={COLUMNS}
      empty={<Empty title="nobody here" />}
      {...(selection && { selection, rowName: (row: Reply['items'][number]) => row.username })}
    />
  );
}
function Choosing() {
  return <Users selection={useSelection<Reply['items'][number]>()} />;
}
const me = answer(catalogue.auth.me, () => refusal(404, 'RESOURCE_NOT_FOUND'));
const asked = (log: Asked[]) => log.filter((one) => one.path === LIST.path);
const at = (search = '') => ({ path: '/users/', at: `/users/${search}` });

describe('a list', () => {
  it('takes page, order and filters from the address', async () => {
    const log = stubFetch(answer(LIST, page), me);
    await draw(Users, at('?page=2&sort=username&order=asc&role=admin'));
    expect(await screen.findByText('user2')).toBeTruthy();
    expect(Object.fromEntries(asked(log)[0]!.query)).toEqual({ page: '2', limit: '20', sort: 'username', order: 'asc', role: 'admin' });
    expect(screen.getByRole('columnheader', { name: /Name/ }).getAttribute('aria-sort')).toBe('ascending');
  });

  it('writes a new order into the address and goes back to the first page', async () => {
    stubFetch(answer(LIST, page), me);
    const { address } = await draw(Users, at('?page=3'));
    fireEvent.click(await screen.findByRole('button', { name: 'Number' }));
    await waitFor(() => expect(address()).toBe('/users/?sort=id&order=asc'));
    fireEvent.click(screen.getByRole('button', { name: 'Number' }));
    await waitFor(() => expect(address()).toBe('/users/?sort=id&order=desc'));
  });

  it('waits until typing rests, then asks once', async () => {
    const log = stubFetch(answer(LIST, page), me);
    const { address } = await draw(Users, at());
    await screen.findByText('user1');
    const box = screen.getByRole('searchbox');
    for (const text of ['n', 'no', 'nobody']) fireEvent.change(box, { target: { value: text } });
    await waitFor(() => expect(address()).toBe('/users/?search=nobody'), { timeout: 3000 });
    await screen.findByText('没有符合条件的结果');
    expect(asked(log)).toHaveLength(2);
  });

  it('leads to its pages by real links', async () => {
    stubFetch(answer(LIST, page), me);
    await draw(Users, at('?role=admin'));
    expect((await screen.findByRole('link', { name: '下一页' })).getAttribute('href')).toBe('/users/?role=admin&page=2');
  });

  it('draws every row of a long page, and one that is chosen stays chosen when the rest comes', async () => {
    stubFetch(
      answer(LIST, () => ({ items: Array.from({ length: 100 }, (_, i) => user(i + 1)), total: 100, page: 1, pages: 1, limit: 100 })),
      me,
    );
    await draw(Choosing, at('?limit=100'));
    // By label, not by role: of a hundred rows that takes a while where there is no browser.
    const tick = (name: string) => screen.getByLabelText<HTMLInputElement>(`选择 ${name}`);
    await screen.findByText('user1', undefined, SLOW);
    fireEvent.click(tick('user2'));
    await screen.findByText('user100', undefined, SLOW);
    expect(document.querySelectorAll('tbody tr')).toHaveLength(100);
    expect(tick('user2').checked).toBe(true);
    drawn.mockClear();
    fireEvent.click(tick('user99'));
    expect(drawn.mock.calls.map(([row]) => row.username)).toEqual(['user99']);
    expect(screen.getByRole('status').textContent).toContain('2');
  });

  it('tells a failure with its id and tries again', async () => {
    let fail = true;
    stubFetch(
      answer(LIST, (one) => (fail ? refusal(500, 'INTERNAL_ERROR') : page(one))),
      me,
    );
    await draw(Users, at());
    expect(await screen.findByText('e-1')).toBeTruthy();
    fail = false;
    fireEvent.click(screen.getByRole('button', { name: '重试' }));
    expect(await screen.findByText('user1')).toBeTruthy();
  });
});

describe('the query of an address', () => {
  it('leaves out what the route does not know or refuses', () => {
    const search = new URLSearchParams('page=zero&limit=50&role=king&status=active&account=9&format=csv');
    expect(readQuery(LIST, search)).toEqual({ limit: 50, status: 'active' });
  });
  it('takes repeated keys and comma lists alike', () => {
    expect(readQuery(catalogue.instancesManage.listInstancesData, new URLSearchParams('tags=a,b&tags=c'))).toEqual({
      tags: ['a', 'b', 'c'],
    });
  });
});

it('the pager shows the ends and the neighbours', () => {
  expect(pageNumbers(1, 1)).toEqual([1]);
  expect(pageNumbers(5, 9)).toEqual([1, null, 4, 5, 6, null, 9]);
  expect(pageNumbers(2, 4)).toEqual([1, 2, 3, 4]);
});
