// Runs one server in a process of its own, so that its CPU time is nobody else's. Answers each message of the
// parent with the CPU time so far, in microseconds.
const { http } = await import(new URL(`./${process.argv[2]}.mjs`, import.meta.url));

http.listen(0, "127.0.0.1", () => process.send({ port: http.address().port }));
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpu: user + system });
});
process.on("disconnect", () => process.exit());
