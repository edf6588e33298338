import {
  MessageBody,
  type OnGatewayConnection,
  type OnGatewayInit,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
} from "@nestjs/websockets";
import type { Server, Socket } from "baro";

@WebSocketGateway()
export class NewsGateway implements OnGatewayInit, OnGatewayConnection {
  @WebSocketServer()
  readonly io!: Server;

  afterInit(): void {
    this.io.publicRooms("news"); // so that an EventSource may listen: /socket.io/sse?room=news
  }

  handleConnection(socket: Socket): void {
    socket.join("news");
  }

  @SubscribeMessage("say")
  say(@MessageBody() text: unknown): string {
    this.tell(String(text));
    return "heard";
  }

  tell(text: string): void {
    this.io.to("news").emit("said", text);
  }
}
