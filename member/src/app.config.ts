export default defineAppConfig({
  pages: [
    'home/index',
    'catalogue/services/index',
    'notifications/inbox/index',
    'accounts/me/index',
    'claims/entitlements/index',
    'claims/apply/index',
    'cases/progress/index',
    'cases/mine/index',
    'members/access-log/index',
    'members/bank-card/index',
    'unions/find/index',
    'accounts/sign-in/index',
  ],
  window: {
    // The red header is the page's own, the same on both targets and with a real heading.
    navigationStyle: 'custom',
    navigationBarBackgroundColor: '#C8161D',
    navigationBarTitleText: '智慧工会',
    navigationBarTextStyle: 'white',
    backgroundColor: '#FAF7F4',
  },
});
