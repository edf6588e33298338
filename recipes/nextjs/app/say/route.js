export function POST(request) {
  globalThis.io.to("news").emit("said", String(request.nextUrl.searchParams.get("text")));
  return new Response(null, { status: 204 });
}
