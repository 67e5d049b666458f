import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseGrantLine, tokenize } from './show-grants.ts';

const granted = { state: 'grant', grantable: false };
test.each<[string, object]>([
  ["GRANT USAGE ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*B69027D44F6E5EDC07F1AEAD1477967B16F28227'", { grants: [], memberships: [] }],
  [
    "GRANT SELECT, CREATE TEMPORARY TABLES ON `a``b`.* TO 'u'@'%'",
    {
      grants: [
        { scope: 'database', database: 'a`b', privilege: 'SELECT', ...granted },
        { scope: 'database', database: 'a`b', privilege: 'CREATE TEMPORARY TABLES', ...granted },
      ],
      memberships: [],
    },
  ],
  [
    'GRANT SELECT ON `sales\\_eu%`.* TO `u`@`%`',
    { grants: [{ scope: 'database', database: 'sales\\_eu%', privilege: 'SELECT', ...granted }], memberships: [] },
  ],
  [
    'GRANT SELECT, UPDATE (`a`, `b``c`) ON `d`.`t` TO `u`@`%`',
    {
      grants: [
        { scope: 'table', database: 'd', object: 't', privilege: 'SELECT', ...granted },
        { scope: 'column', database: 'd', object: 't', column: 'a', privilege: 'UPDATE', ...granted },
        { scope: 'column', database: 'd', object: 't', column: 'b`c', privilege: 'UPDATE', ...granted },
      ],
      memberships: [],
    },
  ],
  [
    'GRANT EXECUTE ON PROCEDURE `d`.`p on to`.`x` TO `u`@`%`'.replace('.`x`', ''),
    {
      grants: [{ scope: 'routine', kind: 'PROCEDURE', database: 'd', object: 'p on to', privilege: 'EXECUTE', ...granted }],
      memberships: [],
    },
  ],
  [
    "GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION",
    { grants: [{ scope: 'proxy', object: '@%', privilege: 'PROXY', state: 'grant', grantable: true }], memberships: [] },
  ],
  [
    'REVOKE INSERT ON `mysql`.* FROM `u`@`%`',
    { grants: [{ scope: 'database', database: 'mysql', privilege: 'INSERT', state: 'revoke', grantable: false }], memberships: [] },
  ],
  [
    'GRANT `r1`@`%`,`r2`@`%` TO `u`@`%` WITH ADMIN OPTION',
    {
      grants: [],
      memberships: [
        { role: 'r1@%', admin: true, inherit: true, set: true, default: false },
        { role: 'r2@%', admin: true, inherit: true, set: true, default: false },
      ],
    },
  ],
  ['GRANT `r` TO PUBLIC', { grants: [], memberships: [{ role: 'r', admin: false, inherit: true, set: true, default: false }] }],
  ['SET DEFAULT ROLE `r` FOR `u`@`%`', { grants: [], memberships: [], defaultRole: 'r' }],
  [
    'GRANT BACKUP_ADMIN,XA_RECOVER_ADMIN ON *.* TO `u`@`%`',
    {
      grants: [
        { scope: 'server', privilege: 'BACKUP_ADMIN', ...granted },
        { scope: 'server', privilege: 'XA_RECOVER_ADMIN', ...granted },
      ],
      memberships: [],
    },
  ],
  ['', { grants: [], memberships: [] }],
])('%s', (line, expected) => {
  expect(parseGrantLine(line)).toEqual(expected);
});

test('any name survives quoting, and nothing makes the tokenizer fail', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (name) => {
      expect(tokenize(`\`${name.replaceAll('`', '``')}\``)).toEqual([{ kind: 'name', text: name }]);
      parseGrantLine(name);
      parseGrantLine(`GRANT ${name}`);
    }),
  );
});
