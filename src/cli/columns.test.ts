import { expect, it } from 'vitest';
import { columns } from './columns';

it('makes each column as wide as its widest cell', () => {
  const rows = [
    ['a', 'bb', 'c'],
    ['aaa', 'b', ''],
  ];
  expect(columns(rows, 'left')).toEqual(['a    bb  c', 'aaa  b']);
  expect(columns(rows, 'right')).toEqual(['  a  bb  c', 'aaa   b']);
});
