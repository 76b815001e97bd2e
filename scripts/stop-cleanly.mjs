// Loaded into the server by `npm start`, before the server's own code.

// Ctrl-C while the server is still starting, when it does not listen for signals yet: leaving by exit() lets the keeper of the
// database shut it down, where the signal's own effect would leave it running.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(130);
  });
}

// When the starting process is gone, even killed, the server stops as if asked to.
if (process.channel) {
  process.channel.unref();
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}
