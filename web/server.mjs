import { startDemoServer } from './server/demo_server.mjs';

const port = Number(process.env.PORT ?? 8099);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`PORT must be a number from 0 to 65535, not ${process.env.PORT}`);
  process.exit(1);
}

const hosts = (process.env.HOSTS ?? '')
  .split(',')
  .map((name) => name.trim())
  .filter(Boolean);

let server;
try {
  server = await startDemoServer({ port, hosts });
} catch (error) {
  console.error(
    error.code === 'EADDRINUSE' ? `port ${port} is taken: PORT=8100 npm start takes another` : String(error.message),
  );
  process.exit(1);
}
console.log(`cardcache demo: ${server.url}   (ctrl-c ends it)`);

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    void server.close();
  });
}
