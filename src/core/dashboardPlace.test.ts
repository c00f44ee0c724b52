import { describe, expect, it } from 'vitest';
import { placeOfQuery, queryOf, type DashboardPlace } from './dashboardPlace';

describe('a place in the dashboard', () => {
  it.each<[DashboardPlace, string]>([
    [{}, ''],
    [{ section: 'curves' }, 'section=curves'],
    [{ section: 'why', variant: 'ewc-lambda-2', task: 3, of: 0 }, 'section=why&method=ewc-lambda-2&task=4&of=1'],
    [{ variant: 'a b&c=d' }, 'method=a+b%26c%3Dd'],
  ])('%o is a link and back', (place, query) => {
    expect(queryOf(place)).toBe(query);
    expect(placeOfQuery(query)).toEqual(place);
  });

  it('is not said by what is no section, no task and no method', () => {
    expect(placeOfQuery('section=nowhere&method=&task=0&of=-1')).toEqual({});
    expect(placeOfQuery('task=1e3&of=2.5&other=1')).toEqual({});
  });
});
