import type { Permission } from '@smart-union/contract';
import type { ComponentType } from 'react';
import * as icons from '../page/icons.tsx';
import { holds, type Session } from '../session.ts';
import type { Texts } from '../texts/texts.ts';

export type PageName = keyof Texts['shell']['pages'];
type GroupName = keyof Texts['shell']['groups'];

interface Place {
  page: PageName;
  path: string;
  icon: ComponentType;
  /** Any one of these opens the page; none means every cadre. */
  needs: Permission[];
  pinyin: string;
}

const places: Record<GroupName, Place[]> = {
  work: [
    { page: 'home', path: '/', icon: icons.Home, needs: [], pinyin: 'shouye sy' },
    {
      page: 'worklist',
      path: '/worklist',
      icon: icons.Work,
      needs: ['cases.view'],
      pinyin: 'daiban db shenqing',
    },
    { page: 'messages', path: '/messages', icon: icons.Bell, needs: [], pinyin: 'xiaoxi xx' },
  ],
  organise: [
    { page: 'members', path: '/members', icon: icons.People, needs: ['members.view'], pinyin: 'huiyuan hy' },
    { page: 'unions', path: '/unions', icon: icons.Tree, needs: ['unions.view'], pinyin: 'gonghui gh' },
    {
      page: 'imports',
      path: '/imports',
      icon: icons.Sheet,
      needs: ['members.import', 'unions.import'],
      pinyin: 'daoru mingce dr',
    },
  ],
  help: [{ page: 'catalogue', path: '/catalogue', icon: icons.Gift, needs: [], pinyin: 'fuli shixiang fl' }],
  money: [
    { page: 'funds', path: '/funds', icon: icons.Wallet, needs: ['disbursements.view'], pinyin: 'zijin zj' },
    {
      page: 'payments',
      path: '/payments',
      icon: icons.Send,
      needs: ['disbursements.view'],
      pinyin: 'fafang mingxi ff',
    },
    {
      page: 'visits',
      path: '/visits',
      icon: icons.People,
      needs: ['disbursements.visit'],
      pinyin: 'daizoufang weiwen zf',
    },
    {
      page: 'batches',
      path: '/batches',
      icon: icons.Bank,
      needs: ['disbursements.view'],
      pinyin: 'pici fafang pc',
    },
    {
      page: 'exceptions',
      path: '/exceptions',
      icon: icons.Attention,
      needs: ['disbursements.view'],
      pinyin: 'daihedui yichang yc',
    },
  ],
  support: [
    {
      page: 'accounts',
      path: '/accounts',
      icon: icons.Person,
      needs: ['accounts.view'],
      pinyin: 'zhanghao zh',
    },
    { page: 'calendar', path: '/calendar', icon: icons.Calendar, needs: [], pinyin: 'jiejiari jjr' },
    {
      page: 'privacy',
      path: '/privacy',
      icon: icons.Verified,
      needs: [],
      pinyin: 'geren xinxi baohu grxxbh',
    },
    { page: 'audit', path: '/audit', icon: icons.Audit, needs: ['audit.view'], pinyin: 'shenji sj' },
    {
      page: 'system',
      path: '/system',
      icon: icons.Pulse,
      needs: ['system.view'],
      pinyin: 'xitong yunxing xt yunwei',
    },
  ],
};

/** Whether this address is a page of the menu that is not mine, e.g. one sent by a colleague. */
export const isBarred = (session: Session, path: string): boolean => {
  const place = Object.values(places)
    .flat()
    .find((one) => one.path === path);
  return place !== undefined && place.needs.length > 0 && !holds(session, ...place.needs);
};

/** The menu: only what I may use; a group with nothing left is not shown. */
export const placesFor = (session: Session): { group: GroupName; places: Place[] }[] =>
  (Object.keys(places) as GroupName[])
    .map((group) => ({
      group,
      places: places[group].filter((place) => place.needs.length === 0 || holds(session, ...place.needs)),
    }))
    .filter((entry) => entry.places.length > 0);
