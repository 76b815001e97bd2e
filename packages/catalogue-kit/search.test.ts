import { expect, it } from 'vitest';
import { matchesSearch } from './search.ts';
import { birthdayCake } from './testing/birthday-cake.ts';

it.each(['蛋糕', '过生日', 'dangao', 'DanGao', 'birthday', '生日 蛋糕', 'ｄａｎｇａｏ', '  ', ''])(
  'finds it by “%s”',
  (query) => {
    expect(matchesSearch(birthdayCake, query)).toBe(true);
  },
);

it.each(['住院', '生日 住院', 'zhuyuan'])('does not find it by “%s”', (query) => {
  expect(matchesSearch(birthdayCake, query)).toBe(false);
});
