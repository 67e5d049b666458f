import { describe, expect, test } from 'vitest';
import { Refusal } from '../../refusal.ts';
import { MAX_ROWS, readSheet } from './sheet.ts';

const HEADER = 'name,db_type,host,port,description';
const ROW = '订单库,mysql,10.0.0.1,3306,华东机房';
const file = (content: string | Buffer, name = 'servers.csv') => ({ name, bytes: Buffer.from(content as string) });
/** 订单库 and 华东机房 as a Chinese Excel writes them. */
const GBK = Buffer.concat([
  Buffer.from(`${HEADER}\r\n`),
  Buffer.from([0xb6, 0xa9, 0xb5, 0xa5, 0xbf, 0xe2]),
  Buffer.from(',mysql,10.0.0.1,3306,'),
  Buffer.from([0xbb, 0xaa, 0xb6, 0xab, 0xbb, 0xfa, 0xb7, 0xbf]),
  Buffer.from('\r\n'),
]);
function faultOf(work: () => unknown) {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, fields: error.detail.fields };
    throw error;
  }
  return null;
}
const fileFault = (work: () => unknown) => faultOf(work)?.fields?.file?.[0]?.code;

describe('20-BATCH-4: what Excel and its friends save is read', () => {
  const utf16 = Buffer.from(`\ufeff${HEADER}\n${ROW}\n`, 'utf16le');
  const saved: [string, Buffer][] = [
    ['UTF-8', Buffer.from(`${HEADER}\n${ROW}\n`)],
    ['UTF-8 with BOM and CRLF', Buffer.from(`\ufeff${HEADER}\r\n${ROW}\r\n`)],
    ['UTF-8 without a last line end', Buffer.from(`${HEADER}\n${ROW}`)],
    ['UTF-16 little-endian', utf16],
    ['UTF-16 big-endian', Buffer.from(utf16).swap16()],
    ['GB18030', GBK],
    ['semicolons', Buffer.from(`${HEADER}\n${ROW}`.replaceAll(',', ';'))],
    ['tabs', Buffer.from(`${HEADER}\n${ROW}`.replaceAll(',', '\t'))],
    ['capitals and spaces in the header', Buffer.from(` Name , DB_TYPE,Host,PORT , Description\n${ROW}`)],
    ['old line ends', Buffer.from(`${HEADER}\r${ROW}\r`)],
  ];
  test.each(saved)('%s', (_, bytes) => {
    expect(readSheet({ name: 'servers.csv', bytes })).toEqual([
      {
        line: 2,
        overlong: false,
        cells: { name: '订单库', db_type: 'mysql', host: '10.0.0.1', port: '3306', description: '华东机房' },
      },
    ]);
  });
  test('.CSV is a CSV', () => expect(readSheet(file(`${HEADER}\n${ROW}`, 'SERVERS.CSV'))).toHaveLength(1));
});

test('20-BATCH-2: a row’s line is where it begins in the file', () => {
  const text = `${HEADER}\r\n\r\na,mysql,h,1,"one\r\ntwo"\r\n,,,,\r\n   \r\nb,mysql,h,1,"x"\r\n`;
  expect(readSheet(file(text)).map(({ line, cells }) => [line, cells.name])).toEqual([
    [3, 'a'],
    [7, 'b'],
  ]);
});

test('empty cells are absent, unknown columns are passed over, too many cells are noticed', () => {
  const [first, second] = readSheet(file('name,db_type,host,port,owner,tags\na,mysql,h,1,Li,\nb,mysql,h,1,Li,x;y,z\n'));
  expect(first).toEqual({ line: 2, overlong: false, cells: { name: 'a', db_type: 'mysql', host: 'h', port: '1' } });
  expect(second).toMatchObject({ overlong: true, cells: { tags: 'x;y' } });
});

test('10-D67: marked samples are passed over, whatever their language', () => {
  const text = `${HEADER}\nEXAMPLE-mysql-01,mysql,h,1,\n# a note,,,,\n示例-01,mysql,h,1,\n${ROW}\n`;
  expect(readSheet(file(text)).map((row) => row.cells.name)).toEqual(['订单库']);
  expect(readSheet(file(`${HEADER}\nEXAMPLE-mysql-01,mysql,h,1,\n`))).toEqual([]);
});

describe('a file that cannot be read is refused with its field', () => {
  const many = Array.from({ length: MAX_ROWS + 1 }, (_, i) => `n${i},mysql,h,1,`).join('\n');
  const bad: [string, ReturnType<typeof file>, string][] = [
    ['another kind of file', file(`${HEADER}\n${ROW}`, 'servers.xlsx'), 'FILE_TYPE'],
    ['nothing', file(''), 'FILE_EMPTY'],
    ['only white space', file(' \n\n'), 'COLUMNS_MISSING'],
    ['only a header', file(`${HEADER}\n`), 'FILE_EMPTY'],
    ['U+0000', file(`${HEADER}\na\u0000b,mysql,h,1,`), 'FILE_ENCODING'],
    ['UTF-16 without BOM', file(Buffer.from(`${HEADER}\n`, 'utf16le')), 'FILE_ENCODING'],
    ['bytes of no encoding', file(Buffer.from([0xff, 0xff, 0xff, 0x80])), 'FILE_ENCODING'],
    ['a renamed spreadsheet', file(Buffer.from('PK\u0003\u0004 and so on', 'latin1')), 'FILE_ENCODING'],
    ['an open quote', file(`${HEADER}\n"a,mysql,h,1,`), 'FILE_BROKEN'],
    ['a quote inside a cell', file(`${HEADER}\na"b,mysql,h,1,`), 'FILE_BROKEN'],
    ['no port column', file('name,db_type,host\na,mysql,h'), 'COLUMNS_MISSING'],
    ['a column twice', file('name,name,db_type,host,port\na,a,mysql,h,1'), 'COLUMN_TWICE'],
    ['1,001 rows', file(`${HEADER}\n${many}`), 'TOO_MANY_ROWS'],
  ];
  test.each(bad)('%s', (_, given, code) => {
    expect(fileFault(() => readSheet(given))).toBe(code);
  });
  test('in both languages, naming the columns', () => {
    const fault = faultOf(() => readSheet(file('name\na')));
    expect(fault).toMatchObject({ code: 'VALIDATION_ERROR' });
    expect(fault!.fields!.file![0]).toMatchObject({ zh: '缺少必需的列：db_type、host、port' });
    expect(fault!.fields!.file![0]!.en).toContain('db_type, host, port');
  });
});

test('1,000 rows are let in, samples not counted', () => {
  const rows = Array.from({ length: MAX_ROWS }, (_, i) => `n${i},mysql,h,1,`).join('\n');
  expect(readSheet(file(`${HEADER}\nEXAMPLE-1,mysql,h,1,\n${rows}`))).toHaveLength(MAX_ROWS);
});
