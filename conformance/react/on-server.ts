import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { App } from "./app.ts";

export const render = (url: string): string => renderToString(createElement(App, { url }));
