import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { App as AntApp, ConfigProvider } from 'antd';
import antEn from 'antd/locale/en_US.js';
import antZh from 'antd/locale/zh_CN.js';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn.js';
import { useEffect, useMemo } from 'react';
import { queryClient, router } from './router.tsx';
import { useLocale } from './texts/texts.ts';
import { theme } from './theme.ts';

export const App = () => {
  const locale = useLocale();
  const look = useMemo(
    // antd must know that nothing moves: cutting its animations short from outside leaves menus unplaced now and then.
    () => ({
      ...theme,
      token: { ...theme.token, motion: !matchMedia('(prefers-reduced-motion: reduce)').matches },
    }),
    [],
  );
  useEffect(() => {
    document.documentElement.lang = locale;
    dayjs.locale(locale === 'en' ? 'en' : 'zh-cn');
  }, [locale]);
  return (
    <ConfigProvider theme={look} locale={locale === 'en' ? antEn : antZh} button={{ autoInsertSpace: false }}>
      <AntApp message={{ maxCount: 3 }}>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  );
};
