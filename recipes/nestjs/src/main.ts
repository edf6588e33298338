import "reflect-metadata";
import { Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { BaroAdapter } from "./baro-adapter.js";
import { NewsController } from "./news.controller.js";
import { NewsGateway } from "./news.gateway.js";

@Module({ controllers: [NewsController], providers: [NewsGateway] })
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ["error", "warn"] });
app.useWebSocketAdapter(new BaroAdapter(app));
app.enableShutdownHooks(); // SIGTERM empties the server, then ends
await app.listen(process.env.PORT ?? 3000);
console.log(`http://localhost:${app.getHttpServer().address().port}`);
