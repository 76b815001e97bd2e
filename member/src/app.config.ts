export default defineAppConfig({
  pages: ['pages/home/index'],
  window: {
    navigationBarBackgroundColor: '#C8161D',
    navigationBarTitleText: '智慧工会',
    navigationBarTextStyle: 'white',
    backgroundColor: '#FAF7F4',
  },
});
