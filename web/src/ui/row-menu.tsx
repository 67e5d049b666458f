import { Dropdown, type MenuProps } from 'antd';
import { useState } from 'react';
import { focusOnMount } from './focus';
import { EllipsisIcon } from './icons';

/** What can be done with a row. A long table has a hundred of these: the menu behind the button is made when it is first wanted. */
export function RowMenu({
  label,
  items,
  onPick,
}: {
  label: string;
  items: NonNullable<MenuProps['items']>;
  onPick: (key: string) => void;
}) {
  const [open, setOpen] = useState<boolean | null>(null);
  if (open === null)
    return (
      <button type="button" className="row-menu" aria-label={label} aria-haspopup="menu" onClick={() => setOpen(true)}>
        <EllipsisIcon />
      </button>
    );
  return (
    <Dropdown
      trigger={['click']}
      placement="bottomRight"
      open={open}
      onOpenChange={setOpen}
      menu={{ items, onClick: ({ key }) => onPick(key) }}
    >
      <button ref={focusOnMount} type="button" className="row-menu" aria-label={label} aria-haspopup="menu">
        <EllipsisIcon />
      </button>
    </Dropdown>
  );
}
