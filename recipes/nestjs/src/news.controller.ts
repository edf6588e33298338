import { Controller, Get, HttpCode, Inject, Post, Query } from "@nestjs/common";
import { NewsGateway } from "./news.gateway.js";

@Controller()
export class NewsController {
  constructor(@Inject(NewsGateway) private readonly news: NewsGateway) {}

  @Get()
  hello(): string {
    return "NestJS and Baro on one port";
  }

  @Post("say")
  @HttpCode(204)
  say(@Query("text") text: string): void {
    this.news.tell(text);
  }
}
