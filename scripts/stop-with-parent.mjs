// Loaded into the server by `npm start`: when the starting process is gone, even killed, the server stops as if asked to.
if (process.channel) {
  process.channel.unref();
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}
